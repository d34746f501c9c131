"""Starting an engine so that it belongs to nobody: it survives the terminal and the server."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil

import tlcore
from tlcore.engine.address import Address, log_file, make_folder, runs
from tlcore.errors import EngineError
from tlcore.words import tr
from tlcore.workspace import Workspace

_LOG_BYTES = 2_000_000
_POLL_S = 0.02
_KILL_S = 5.0


def launch(workspace: Workspace, timeout_s: float) -> Address:
    """Start an engine and wait until it takes jobs. Raises EngineError with the last line of its log."""
    make_folder(workspace)
    log = log_file(workspace)
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_suffix(".log.old"))
    before = Address.read(workspace)
    process = _start_detached(workspace, log)
    # Collected as soon as it ends: a parent that lives on would else keep a zombie.
    threading.Thread(target=process.wait, name="thaw-engine-end", daemon=True).start()
    deadline = time.monotonic() + timeout_s
    # The address of an engine that is just ending may still lie there.
    while (address := Address.read(workspace)) is None or address == before:
        if process.poll() is not None:
            raise EngineError(tr("The training engine could not start: {reason}", reason=_last_line(log)))
        if time.monotonic() > deadline:
            with contextlib.suppress(psutil.NoSuchProcess):
                kill(family(psutil.Process(process.pid)))
            raise EngineError(
                tr(
                    "The training engine did not come up within {seconds:g} seconds: {reason}",
                    seconds=timeout_s,
                    reason=_last_line(log),
                )
            )
        time.sleep(_POLL_S)
    return address


def family(process: psutil.Process | None) -> list[psutil.Process]:
    """A process and all that it started; empty when it is gone."""
    try:
        return [process, *process.children(recursive=True)] if process is not None else []
    except psutil.NoSuchProcess:
        return []


def kill(processes: list[psutil.Process]) -> None:
    """End them at once and see them go."""
    send_kill(processes)
    deadline = time.monotonic() + _KILL_S
    while any(map(runs, processes)) and time.monotonic() < deadline:
        time.sleep(_POLL_S)


def send_kill(processes: list[psutil.Process]) -> None:
    """A PID that has been given to another process is left alone: psutil looks."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _start_detached(workspace: Workspace, log: Path) -> "subprocess.Popen[bytes]":
    # -P: the workspace is the working folder, and what lies in it must never be imported.
    command = [sys.executable, "-P", "-m", "tlcore.engine.server", "--home", str(workspace.home.resolve())]
    # 0600 from the start: a log can name files and folders.
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            cwd=workspace.home,
            env=_environment(),
            close_fds=True,
            **_detachment(),
        )
    except OSError as error:
        raise EngineError(
            tr("The training engine could not be started ({strerror}).", strerror=error.strerror)
        ) from error
    finally:
        os.close(descriptor)


def _detachment() -> dict[str, Any]:
    if sys.platform == "win32":
        # A hidden console, not none (DETACHED_PROCESS): a worker without one to inherit would open a window.
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _environment() -> dict[str, str]:
    """Ours, and the way to this very tlcore: in a checkout nothing is installed."""
    paths = [str(Path(tlcore.__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUNBUFFERED": "1"}


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), tr("it left no message."))
