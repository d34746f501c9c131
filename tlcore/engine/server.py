"""The engine's own process: ``python -m tlcore.engine.server --home HOME``."""

import argparse
import asyncio
import contextlib
import logging
import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import dask
import filelock
from distributed import Nanny

from tlcore.engine import security, settings
from tlcore.engine.address import Address, file, life_lock, log_file, make_folder
from tlcore.engine.crew import Crew
from tlcore.engine.desk import Desk
from tlcore.engine.errands import Errands
from tlcore.engine.scheduler import EngineScheduler
from tlcore.engine.worker import EngineWorker, configure_logging
from tlcore.errors import ThawError
from tlcore.workspace import Workspace

# Not __name__, which is "__main__" here.
log = logging.getLogger("tlcore.engine.server")

_LAST_ENGINE_ENDS_S = 15.0
_NO_WORKER_S = 60.0
_ENDING_S = 6.0

CONFIG: dict[str, Any] = {
    # A job whose worker dies is not run again: its run says "interrupted", and a person resumes it.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
    # A worker may be deaf for long: TensorFlow computes, Python waits.
    "distributed.scheduler.worker-ttl": None,
    "distributed.scheduler.idle-timeout": None,
    "distributed.scheduler.no-workers-timeout": None,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,
    # Training takes the memory it needs: nothing is spilled, paused or ended for it.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    # dask's default also gives NumPy one thread: right for its many small tasks, wrong for our one large one.
    "distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": 65536},
    "distributed.diagnostics.nvml": False,
    "distributed.comm.require-encryption": True,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    workspace = Workspace(parser.parse_args().home)
    configure_logging()
    make_folder(workspace)
    os.environ["THAW_ENGINE_LOG"] = str(log_file(workspace))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Else the first worker takes the whole graphics card, and the next one none.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    try:
        # An engine that is ending may need a moment to be gone.
        with life_lock(workspace).acquire(timeout=_LAST_ENGINE_ENDS_S), dask.config.set(CONFIG):
            asyncio.run(serve(workspace))
    except filelock.Timeout:
        return _fail("Another engine serves this workspace and does not end.")
    except Exception as error:
        log.exception("The engine failed.")
        return _fail(str(error) if isinstance(error, ThawError) else f"{type(error).__name__}: {error}")
    return 0


async def serve(workspace: Workspace) -> None:
    """Run until asked to stop or idle for too long."""
    # All settings first: one that cannot be is said before anything is started.
    idle_limit_s, size = settings.idle_limit_s(), settings.workers()
    jobs_per_person = settings.jobs_per_person()
    file(workspace).unlink(missing_ok=True)
    scratch = workspace.engine / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    secure = security.create(workspace)
    scheduler = await EngineScheduler(host="127.0.0.1", protocol="tls", security=secure, dashboard=False)
    errands = Errands()
    desk = Desk(scheduler, jobs_per_person, errands)
    scheduler.handlers["thaw-stop"] = desk.answer_stop
    crew = Crew(lambda: _nanny(scheduler.address, secure, scratch), size)
    await crew.start()
    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, desk.ending.set)
    # The clock of idleness starts now, not when the process did.
    await desk.answer_ping()
    address = Address.of_this_process(scheduler.address)
    address.write(workspace)
    log.info("The engine is ready at %s, with %d workers.", scheduler.address, size)
    keeping = asyncio.create_task(crew.keep_complete())
    try:
        await _wait_for_the_end(scheduler, desk, idle_limit_s)
    finally:
        # First, so that nobody finds an engine that is about to be gone.
        address.forget(workspace)
        keeping.cancel()
        threading.Thread(target=_end_by_force, daemon=True).start()
        errands.close()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(crew.close(), _ENDING_S / 2)
        await scheduler.close()
        log.info("The engine has ended.")


def _nanny(scheduler_address: str, secure: Any, scratch: Path) -> Nanny:
    """To be awaited: then its worker is there."""
    return Nanny(
        scheduler_address,
        nthreads=1,
        host="127.0.0.1",
        security=secure,
        memory_limit=None,
        worker_class=EngineWorker,
        local_directory=str(scratch),
    )


def _fail(sentence: str) -> int:
    """Last and bare, so that whoever started the engine can show this line of its log."""
    sys.stderr.write(sentence + "\n")
    return 1


async def _wait_for_the_end(scheduler: EngineScheduler, desk: Desk, idle_limit_s: float) -> None:
    last_worker = time.monotonic()
    while not desk.ending.is_set():
        if scheduler.workers:
            last_worker = time.monotonic()
        if desk.idle_s() > idle_limit_s:
            log.info("No job for %g seconds: the engine ends.", idle_limit_s)
            # From here on no job is taken.
            desk.ending.set()
        elif time.monotonic() - last_worker > _NO_WORKER_S:
            log.error("The worker could not be replaced: the engine ends, and its jobs are interrupted.")
            desk.ending.set()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(desk.ending.wait(), min(1.0, idle_limit_s / 4))


def _end_by_force() -> None:
    """Closing can hang while a worker is being replaced; everything that matters is on disk."""
    time.sleep(_ENDING_S)
    for child in multiprocessing.active_children():
        child.kill()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
