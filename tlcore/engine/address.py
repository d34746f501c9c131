"""Where an engine can be reached, and whether it is still there: ``engine.json`` of the workspace."""

import dataclasses
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import psutil
from filelock import BaseFileLock, FileLock, Timeout

import tlcore
from tlcore.errors import ThawError
from tlcore.workspace import Workspace, read_json, write_json

# The system's clock ticks count in hundredths, and floats pass through JSON.
_SAME_MOMENT_S = 1.0


@dataclass(frozen=True)
class Address:
    url: str
    """``tls://127.0.0.1:PORT``"""
    pid: int
    process_started: float
    """As ``psutil`` gives it: with the PID it names one process for ever."""
    started: str
    version: str

    @classmethod
    def of_this_process(cls, url: str) -> Self:
        return cls(
            url=url,
            pid=os.getpid(),
            process_started=psutil.Process().create_time(),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            version=tlcore.__version__,
        )

    @classmethod
    def read(cls, workspace: Workspace) -> Self | None:
        """None when no engine has left its address, or the file is not one."""
        try:
            return cls(**read_json(file(workspace)))
        except (ThawError, OSError, TypeError):
            return None

    def write(self, workspace: Workspace) -> None:
        write_json(file(workspace), dataclasses.asdict(self))

    def forget(self, workspace: Workspace) -> None:
        """Remove the address, unless a newer engine has left its own."""
        if Address.read(workspace) == self:
            file(workspace).unlink(missing_ok=True)

    def process(self) -> psutil.Process | None:
        """The engine's process; None when it has ended or its PID now belongs to another."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.process_started) < _SAME_MOMENT_S
        except psutil.Error:
            return None
        return process if same and runs(process) else None

    def alive(self, workspace: Workspace) -> bool:
        if self.process() is not None:
            return True
        # A clock that was set changes the start times that Linux computes; the lock does not lie.
        return _some_process_runs(self.pid) and _is_held(life_lock(workspace))


def file(workspace: Workspace) -> Path:
    return workspace.engine / "engine.json"


def log_file(workspace: Workspace) -> Path:
    return workspace.engine / "engine.log"


def start_lock(workspace: Workspace) -> BaseFileLock:
    """Held while an engine is being started."""
    return FileLock(workspace.engine / "start.lock")


def life_lock(workspace: Workspace) -> BaseFileLock:
    """Held by an engine as long as it lives."""
    return FileLock(workspace.engine / "life.lock")


def make_folder(workspace: Workspace) -> None:
    """The engine's folder: its key lies here, so it is its owner's alone."""
    workspace.engine.mkdir(mode=0o700, parents=True, exist_ok=True)
    workspace.engine.chmod(0o700)


def runs(process: psutil.Process) -> bool:
    """False too for one that has ended and that nobody collects (as in a container without an init)."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _some_process_runs(pid: int) -> bool:
    try:
        return runs(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


def _is_held(lock: BaseFileLock) -> bool:
    try:
        with lock.acquire(timeout=0):
            return False
    except (Timeout, OSError):
        return True
