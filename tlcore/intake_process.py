"""The process that takes pictures in: ``python -m tlcore.intake_process HOME ID``. It loads no TensorFlow.

A child of a worker, so that its memory has a limit of its own and is given back whole, and nothing that a
decoder may do to its process harms the worker. It ends when the worker does.
"""

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import tlcore
from tlcore import intake, intake_records, staging, uploads
from tlcore.errors import ThawError
from tlcore.intake_records import Intake
from tlcore.workspace import Workspace

log = logging.getLogger("tlcore.intake_process")

_TELL_S = 0.5
# What the address space may be: libraries and threads reserve far more than they use.
_LIMIT_BYTES = 4 * 2**30
_LIMIT_BYTES_PER_CORE = 2**28


class _Stopped(BaseException):
    """A person has asked for the end. Not an Exception: no decoder's handler may take it for its own."""


def run_job(home: str, id: str) -> None:
    """A job of the engine. Runs the process and waits for it; its record tells the story."""
    command = [sys.executable, "-P", "-m", "tlcore.intake_process", home, id]
    paths = [str(Path(tlcore.__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    # The pipe closes when this process ends, in whatever way: the child listens for that.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
    try:
        status = process.wait()
    finally:
        process.kill()
    if status:
        log.error("The intake %s ended with status %d.", id, status)


def main(home: str, id: str) -> int:
    _end_with_the_parent()
    _limit_memory()
    workspace = Workspace(Path(home))
    record = intake_records.load(workspace, id)
    try:
        _take(workspace, record)
    except _Stopped:
        record.record("stopped")
        _forget(workspace, record)
    except ThawError as error:
        record.record("failed", message=str(error))
        _forget(workspace, record)
    except MemoryError:
        record.record("failed", message="The pictures need more memory than there is. Save them smaller.")
    return 0


def _take(workspace: Workspace, record: Intake) -> None:
    told_s = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told_s
        if time.monotonic() - told_s < _TELL_S and done < total:
            return
        told_s = time.monotonic()
        record.record("reading", done=done, total=total)
        if record.stop_file.exists():
            raise _Stopped

    dataset = intake.take(
        workspace,
        Path(record.source),
        name=record.name,
        called=record.called,
        missing=record.missing,
        val_fraction=record.val_fraction,
        test_fraction=record.test_fraction,
        seed=record.seed,
        own_split=record.own_split,
        progress=tell,
    )
    record.record("done", dataset=dataset.id)
    _discard_upload(workspace, record)


def _forget(workspace: Workspace, record: Intake) -> None:
    """An upload is not taken again once there was an answer; a folder or a file of the person's may be."""
    if record.upload:
        staging.forget(workspace, Path(record.source))
        _discard_upload(workspace, record)


def _discard_upload(workspace: Workspace, record: Intake) -> None:
    if record.upload:
        with contextlib.suppress(ThawError):
            uploads.discard(workspace, uploads.load(workspace, record.upload))


def _end_with_the_parent() -> None:
    def wait() -> None:
        sys.stdin.buffer.read()
        # At once: whatever was read is on the disk.
        os._exit(1)

    threading.Thread(target=wait, name="thaw-parent", daemon=True).start()


def _limit_memory() -> None:
    """Where the system has such a limit: Windows has none, and macOS does not keep it."""
    try:
        import resource
    except ImportError:
        return
    limit = _LIMIT_BYTES + _LIMIT_BYTES_PER_CORE * (os.cpu_count() or 1)
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard == resource.RLIM_INFINITY or limit <= hard:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
