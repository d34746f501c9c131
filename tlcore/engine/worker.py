"""The worker: a process that has TensorFlow warm and runs the jobs it is given."""

import importlib
import logging
import os
import pickle
import sys
import threading
from typing import Any

import psutil
from distributed import Worker

from tlcore.engine import launch
from tlcore.engine.references import resolve

DEFAULT_PRELOAD = "tensorflow,keras"

log = logging.getLogger(__name__)

# Set when nothing is being imported in the background.
_warm = threading.Event()
_warm.set()


class EngineWorker(Worker):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        configure_logging()
        super().__init__(*args, **kwargs)

    def start_http_server(self, *_args: Any, **_kwargs: Any) -> None:
        """None: it would listen without TLS and tell anyone who asks."""

    async def start_unsafe(self) -> "EngineWorker":
        _warm.clear()
        try:
            await super().start_unsafe()
        finally:
            warm_up()
        return self


def warm_up() -> None:
    """Import what jobs need, in the background: a worker that is importing can be given jobs already."""
    _warm.clear()
    threading.Thread(target=_preload, name="thaw-preload", daemon=True).start()


def run_job(key: str, reference: str, arguments: bytes) -> None:
    """Run one job in this worker. What it raises is logged and forgotten: its run folder tells its story."""
    # Two threads that import the same packages in different orders may see them half made.
    _warm.wait()
    log.info("Job %s starts.", key)
    try:
        resolve(reference)(*pickle.loads(arguments))
    except BaseException:
        # SystemExit too: no job may take its worker with it.
        log.exception("Job %s ended with an error.", key)
    else:
        log.info("Job %s ended.", key)


def end_worker(dask_worker: Any, pid: int) -> None:
    """Runs in a nanny (which dask calls ``dask_worker`` too): kill its worker with all that it started.

    Another process than ``pid``, a worker that has taken its place meanwhile, is left alone.
    """
    if dask_worker.pid == pid:
        launch.send_kill(launch.family(psutil.Process(pid)))


def configure_logging() -> None:
    """Everything goes to standard error, which is engine.log."""
    if os.name == "nt" and (path := os.environ.get("THAW_ENGINE_LOG")):
        # Windows gives a worker no standard streams of its parent.
        sys.stdout = sys.stderr = open(path, "a", buffering=1, encoding="utf-8", errors="replace")  # noqa: SIM115
        for handler in logging.getLogger("distributed").handlers:
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(sys.stderr)
    logging.basicConfig(format="%(asctime)s - %(name)s - %(levelname)s - %(message)s")
    logging.getLogger("tlcore").setLevel(logging.INFO)


def _preload() -> None:
    names = os.environ.get("THAW_ENGINE_PRELOAD", DEFAULT_PRELOAD).split(",")
    try:
        for name in filter(None, (name.strip() for name in names)):
            importlib.import_module(name)
    except BaseException:
        # The job that needs it will fail in the same way, and say so in its run folder.
        log.exception("The worker could not be warmed up.")
    finally:
        _warm.set()
