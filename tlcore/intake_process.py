"""The process that takes pictures in: ``python -m tlcore.intake_process HOME ID LANGUAGE``. No TensorFlow.

A process of its own, so that its memory has a limit and is given back whole, and nothing that a decoder may
do to its process harms anybody else. Thaw's own engine gives it one (tlcore.engine.errands); in a worker of a
cluster it is a child, which ends when the worker does.
"""

import contextlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import tlcore
from tlcore import adding, datasets, intake, intake_records, own_process, staging, uploads, words
from tlcore.datasets import Dataset
from tlcore.errors import NotSaved, ThawError
from tlcore.intake_records import Intake
from tlcore.words import tr
from tlcore.workspace import Workspace

Progress = Callable[[int, int], None]

log = logging.getLogger("tlcore.intake_process")

_TELL_S = 0.5
# What the address space may be: libraries and threads reserve far more than they use.
_LIMIT_BYTES = 4 * 2**30
_LIMIT_BYTES_PER_CORE = 2**28


class _Stopped(BaseException):
    """A person has asked for the end. Not an Exception: no decoder's handler may take it for its own."""


def run_job(home: str, id: str) -> None:
    """A job of the engine. Its record tells the story."""
    if own_process.is_for_one_job():
        _work(home, id)
        return
    command = [sys.executable, "-P", "-m", "tlcore.intake_process", home, id, words.language()]
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


def main(home: str, id: str, language: str = words.SOURCE) -> int:
    own_process.begin()
    with words.speaking(language):
        _work(home, id)
    return 0


def _work(home: str, id: str) -> None:
    _limit_memory()
    workspace = Workspace(Path(home))
    record = intake_records.load(workspace, id)
    try:
        _take(workspace, record)
    except _Stopped:
        record.record("stopped")
        _forget(workspace, record)
    except NotSaved as error:
        # Nothing is wrong with the pictures: what was sent and read is kept for another try.
        record.record("failed", message=str(error))
    except ThawError as error:
        record.record("failed", message=str(error))
        _forget(workspace, record)
    except MemoryError:
        record.record("failed", message=tr("The pictures need more memory than there is. Save them smaller."))


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

    dataset = _added(workspace, record, tell) if record.into else _new(workspace, record, tell)
    record.record("done", dataset=dataset.id)
    _discard_upload(workspace, record)


def _added(workspace: Workspace, record: Intake, tell: Progress) -> Dataset:
    return adding.add(
        workspace,
        datasets.load(workspace, record.into),
        Path(record.source),
        record.to,
        called=record.called,
        missing=record.missing,
        progress=tell,
    )


def _new(workspace: Workspace, record: Intake, tell: Progress) -> Dataset:
    return intake.take(
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


def _forget(workspace: Workspace, record: Intake) -> None:
    """An upload is not taken again once there was an answer; a folder or a file of the person's may be."""
    if record.upload:
        staging.forget(workspace, Path(record.source))
        _discard_upload(workspace, record)


def _discard_upload(workspace: Workspace, record: Intake) -> None:
    if record.upload:
        with contextlib.suppress(ThawError):
            uploads.discard(workspace, uploads.load(workspace, record.upload))


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
    sys.exit(main(*sys.argv[1:]))
