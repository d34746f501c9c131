"""train(): the whole story of a run, from the queue to the finished model. Runs in a worker."""

import errno
import logging
from pathlib import Path

import filelock

from tlcore import heartbeat, runs
from tlcore.callbacks import NotFinite, StopRequested
from tlcore.errors import NotSaved, ThawError
from tlcore.runs import Run
from tlcore.trainer import Trainer
from tlcore.words import mark, tr
from tlcore.workspace import Workspace

log = logging.getLogger(__name__)

# A worker that was ended may live a little longer than its job.
_HELD_S = 60
LOCK = "training.lock"
"""In the run's folder; held by the process that trains it."""
GOES_ON = mark("Resume the run: it goes on from its last checkpoint.")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def train_run(home: str, run_id: str) -> None:
    """The job of a run. However it ends is written to its history; nothing is raised."""
    workspace = Workspace(Path(home))
    run = runs.load(workspace, run_id)
    try:
        with (
            filelock.FileLock(run.folder / LOCK, timeout=_HELD_S),
            heartbeat.beating(run.folder, run.history_file),
        ):
            _train_to_an_end(workspace, run)
    except filelock.Timeout:
        log.error("run %s is trained by another process already", run.id)
    except (ThawError, OSError):
        log.exception("the end of run %s could not be written", run.id)
    finally:
        _clear_up()


def _train_to_an_end(workspace: Workspace, run: Run) -> None:
    try:
        train(workspace, run)
    except NotSaved as error:
        run.record("interrupted", message=_paused(str(error)))
    except ThawError as error:
        run.record("failed", message=str(error))
    except Exception as error:
        # The sentence is for the page; the engine's log has the whole story.
        log.exception("run %s failed", run.id)
        if isinstance(error, OSError) and error.errno in _FULL:
            run.record("interrupted", message=_paused(tr("The disk is full. Free some space.")))
        else:
            run.record("failed", message=_plain(error))


def _paused(sentence: str) -> str:
    return f"{sentence} {tr(GOES_ON)}"


def _clear_up() -> None:
    """Give back a run's memory; after it, since nobody waits then."""
    import keras

    keras.utils.clear_session()


def _plain(error: Exception) -> str:
    import tensorflow as tf

    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return tr(
            "Training ran out of memory. Use a smaller batch size or image size, or freeze more layers."
        )
    return tr(
        "Training failed unexpectedly ({name}). The log of the engine says more.", name=type(error).__name__
    )


def train(workspace: Workspace, run: Run) -> None:
    """Train a run to its end: features, phases, model, evaluation, graph; then the final event.

    A run that was trained before goes on from its last checkpoint.
    Raises ThawError with a sentence when it cannot be done.
    """
    run.record("preparing")
    workspace.check_writable()
    trainer = Trainer(workspace, run)
    try:
        _train_and_finish(run, trainer)
    finally:
        # Of the caches that it used: others may want their room.
        trainer.material.let_go()


def _train_and_finish(run: Run, trainer: Trainer) -> None:
    outcome, message = "done", ""
    try:
        trainer.build()
        trainer.train_phases()
    except StopRequested:
        outcome = "interrupted" if run.is_to_be_interrupted else "stopped"
    except NotFinite as error:
        outcome, message = "failed", trainer.back_to_finite(error)
    if outcome == "interrupted":
        run.record(outcome, message=_paused(tr("Interrupted.")))
    else:
        trainer.finish(outcome, message)
