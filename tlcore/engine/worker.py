"""The worker: a process that has TensorFlow warm and runs the jobs it is given."""

import functools
import gc
import importlib
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import psutil
from distributed import Worker, get_worker

from tlcore import helping
from tlcore.engine import calls, launch
from tlcore.engine.references import reference_to

DEFAULT_PRELOAD = "tensorflow,keras"

log = logging.getLogger(__name__)

# Set when nothing is being imported in the background.
_warm = threading.Event()
_warm.set()

# How often a helper that waits for the import looks whether it is still wanted.
_LOOK_S = 0.2

# Names of helpers that are to leave.
_dismissed: set[str] = set()


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
        with helping.heard_by(_Caller(key)):
            calls.run(reference, arguments)
    except BaseException:
        # SystemExit too: no job may take its worker with it.
        log.exception("Job %s ended with an error.", key)
    else:
        log.info("Job %s ended.", key)


def run_helper(name: str, job: str, reference: str, arguments: bytes) -> None:
    """Help a job of another worker until nothing is left to do, or until ``dismiss``."""
    try:
        # The import takes longer than a helper is given to leave.
        while not _warm.wait(_LOOK_S):
            if name in _dismissed:
                return
        calls.run(reference, arguments, functools.partial(_dismissed.__contains__, name))
    except BaseException:
        # Whatever it is, the job does without.
        log.exception("The help for job %s ended with an error.", job)
    finally:
        _dismissed.discard(name)


def dismiss(name: str) -> None:
    """Runs in the worker, beside what it does."""
    _dismissed.add(name)


class _Caller:
    """Passes the calls of a job on to the scheduler, by the connection that its worker has."""

    def __init__(self, key: str) -> None:
        self._key = key

    def call(self, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
        reference = reference_to(function)
        self._tell("thaw-call", reference=reference, arguments=calls.packed(arguments))

    def enough(self) -> None:
        self._tell("thaw-enough")

    def _tell(self, what: str, **values: Any) -> None:
        worker = get_worker()
        worker.loop.add_callback(worker.batched_send, {"op": what, "key": self._key, **values})


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
        # Modules live to the end. Python looks for garbage among those of TensorFlow again and again while
        # a network is built, and Keras after each run: half a second each time.
        gc.collect()
        gc.freeze()
    except BaseException:
        # The job that needs it will fail in the same way, and say so in its run folder.
        log.exception("The worker could not be warmed up.")
    finally:
        _warm.set()
