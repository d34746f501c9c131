"""Makes a dask cluster an engine: ``--preload tlcore.engine.preload`` for its scheduler and its workers."""

from typing import Any

from distributed import Scheduler, Worker

from tlcore.engine import settings
from tlcore.engine.desk import Desk
from tlcore.engine.worker import configure_logging, warm_up


async def dask_setup(server: Any) -> None:
    """Called by dask when the server has started."""
    configure_logging()
    if isinstance(server, Scheduler):
        Desk(server, settings.jobs_per_person())
    elif isinstance(server, Worker):
        warm_up()
