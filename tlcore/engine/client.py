"""Finding or starting the engine of a workspace, and talking to it."""

import pickle
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import filelock
import psutil

import tlcore
from tlcore.engine import launch
from tlcore.engine.address import Address, make_folder, runs, start_lock
from tlcore.engine.connection import Connection
from tlcore.engine.references import reference_to
from tlcore.engine.status import EngineStatus, JobState, WorkerStatus
from tlcore.errors import EngineError
from tlcore.workspace import Workspace

_GONE = "The training engine has ended. Start it again; what was saved is unharmed."


class Engine:
    """A handle on a living engine. Thread-safe; each method raises EngineError when the engine is gone."""

    def __init__(self, workspace: Workspace, address: Address) -> None:
        self.address = address
        self._workspace = workspace
        self._connection = Connection(workspace, address.url)

    def submit(self, key: str, function: Callable[..., object], *args: object) -> None:
        """Queue a call; when this returns, ``jobs()`` shows it. A key still queued or running is left alone.

        The function is found by its module and name in the worker, and its result is discarded.
        Raises TypeError for a function that cannot be found that way.
        """
        reference = reference_to(function)
        self._ask("thaw-submit", key=key, reference=reference, arguments=pickle.dumps(args, protocol=5))

    def jobs(self) -> dict[str, JobState]:
        """By key: the running one first, then the queued ones in the order in which they will run."""
        return _jobs(self._ask("thaw-jobs"))

    def cancel(self, key: str) -> bool:
        """True when the job was queued and has now been removed.

        A running one is not touched: it stops itself through its run folder.
        """
        return bool(self._ask("thaw-cancel", key=key))

    def status(self) -> EngineStatus:
        answer = self._ask("thaw-status")
        workers = tuple(WorkerStatus(**worker) for worker in answer["workers"])
        return EngineStatus(self.address.pid, self.address.started, workers, _jobs(answer["jobs"]))

    def stop(self, timeout_s: float = 10) -> None:
        """End the engine and its worker, with whatever they do. No process is left. Twice is once."""
        if self.address.alive(self._workspace):
            family = launch.family(self.address.process())
            # Nicely first: it takes its own worker down. A hung one is killed with all it started.
            self._ask_to_stop()
            self._wait_until_gone(family, timeout_s)
            launch.kill(family)
            if self.address.alive(self._workspace):
                raise EngineError(f"The training engine (process {self.address.pid}) cannot be ended.")
        self.address.forget(self._workspace)
        self.close()
        _drop(self)

    def close(self) -> None:
        """Close this handle's connections; the engine goes on. A later question connects again."""
        self._connection.close()

    def _answers(self) -> bool:
        """Whether it takes jobs; asking postpones its end by idleness. False for one that is ending."""
        try:
            return bool(self._ask("thaw-ping"))
        except EngineError:
            if self.address.alive(self._workspace) and Address.read(self._workspace) == self.address:
                raise
            return False

    def _ask_to_stop(self) -> None:
        try:
            self._connection.ask("thaw-stop")
        except OSError:
            # Hung or already ending: it is killed after its time.
            return

    def _wait_until_gone(self, family: list[psutil.Process], timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if not self.address.alive(self._workspace) and not any(map(runs, family)):
                return
            time.sleep(0.02)

    def _ask(self, question: str, **values: Any) -> Any:
        if not self.address.alive(self._workspace):
            raise EngineError(_GONE)
        try:
            answer = self._connection.ask(question, **values)
        except OSError as error:
            raise EngineError(self._silence()) from error
        if isinstance(answer, dict) and "refused" in answer:
            raise EngineError(answer["refused"])
        return answer

    def _silence(self) -> str:
        if not self.address.alive(self._workspace) or Address.read(self._workspace) != self.address:
            return _GONE
        return f"The training engine (process {self.address.pid}) does not answer. Wait a moment, or stop it."


_handles: dict[Path, Engine] = {}
_handles_guard = threading.Lock()


def find(workspace: Workspace) -> Engine | None:
    """The living engine of a workspace, or None. Never starts one, and asks it nothing."""
    address = Address.read(workspace)
    if address is None or not address.alive(workspace):
        return None
    with _handles_guard:
        engine = _handles.get(workspace.home)
        if engine is None or engine.address != address:
            engine = _handles[workspace.home] = Engine(workspace, address)
        return engine


def start_or_find(workspace: Workspace, *, timeout_s: float = 60) -> Engine:
    """The living engine of a workspace, started if need be: any number of callers get the same one.

    Raises EngineError with the reason when it cannot be started or does not answer.
    """
    if (engine := _find_usable(workspace)) is not None:
        return engine
    try:
        make_folder(workspace)
        with start_lock(workspace).acquire(timeout=timeout_s):
            # Another may have started it while this one waited.
            if (engine := _find_usable(workspace)) is not None:
                return engine
            launch.launch(workspace, timeout_s)
            engine = find(workspace)
    except filelock.Timeout as error:
        raise EngineError("Another program has been starting the training engine for too long.") from error
    except OSError as error:
        raise EngineError(f"The training engine's folder cannot be written ({error.strerror}).") from error
    if engine is None:
        raise EngineError(_GONE)
    return engine


def _find_usable(workspace: Workspace) -> Engine | None:
    engine = find(workspace)
    if engine is None or not engine._answers():
        return None
    if engine.address.version != tlcore.__version__ and not engine.jobs():
        # An upgrade: the engine still runs the code of before.
        engine.stop()
        return None
    return engine


def _drop(engine: Engine) -> None:
    with _handles_guard:
        for home in [home for home, handle in _handles.items() if handle is engine]:
            del _handles[home]


def _jobs(answer: dict[str, str]) -> dict[str, JobState]:
    return {key: JobState(state) for key, state in answer.items()}
