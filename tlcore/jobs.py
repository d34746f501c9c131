"""Training as people start, watch, stop and resume it: a run's record and the engine's job, kept in step."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

import filelock

from tlcore import (
    checkpoints,
    engine,
    heartbeat,
    held_jobs,
    plans,
    prices,
    recipes,
    run_lock,
    runs,
    training,
    unchanged,
)
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import Engine, Priority
from tlcore.errors import EngineError, RunError
from tlcore.plans import Plan
from tlcore.runs import Progress, Run, Status
from tlcore.words import tr
from tlcore.workspace import Workspace

# What is predicted to take no longer passes what takes hours.
QUICK_S = 120
# A job that has written its end needs a moment to be gone.
_GOING_S = 30.0


def start(workspace: Workspace, recipe: Recipe, dataset: Dataset, *, name: str = "", owner: str = "") -> Run:
    """Queue a training in the engine, which is started if need be, and return its run.

    ``owner``: whose job it is; people take turns. Raises RecipeError, WorkspaceError or EngineError before
    anything is queued.
    """
    plan = plans.for_dataset(recipe, dataset, workspace)
    workspace.check_writable()
    crew = engine.start_or_find(workspace)
    run = runs.create(workspace, recipe, dataset, name=name)
    try:
        with run_lock.held(workspace, run.id):
            _submit(crew, workspace, run, plan, dataset, owner)
    except EngineError:
        # Nobody would ever train it.
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return run


def resume(workspace: Workspace, run: Run, *, owner: str = "") -> None:
    """Queue a run that was stopped, interrupted or failed again, to go on from its last checkpoint.

    Asking twice, in two tabs, is asking once. Raises RunError for a run that is done, or whose pictures or
    pretrained weights changed, WorkspaceError and EngineError.
    """
    _queue_again(workspace, run, 0, owner)


def extend(workspace: Workspace, run: Run, epochs: int, *, owner: str = "") -> None:
    """Train a run that is done for more epochs, as if its last phase had had them from the start.

    A schedule of the learning rate goes on by the new number of epochs. Raises as ``resume`` does, RunError
    for a run that is not done, and RecipeError for more epochs than a phase may have.
    """
    if epochs < 1:
        raise RunError(tr("A run is extended by 1 epoch or more. Received: {epochs}.", epochs=epochs))
    _queue_again(workspace, run, epochs, owner)


def duplicate(workspace: Workspace, run: Run) -> str:
    """The id of the run's recipe, kept to be changed; with the epochs by which the run was extended."""
    return recipes.save(workspace, runs.extended(run.recipe, run.events()))


def progress(workspace: Workspace, run: Run) -> Progress:
    """What a run is doing now."""
    found = runs.progress(run, run.events(), alive=True)
    if found.status.final:
        return found
    alive = held_jobs.holds(workspace, run.job_key)
    # Read again after asking: the job may have ended between the first look and the question.
    return runs.progress(run, run.events(), alive=alive)


def stop(workspace: Workspace, run: Run) -> None:
    """Ask a run to stop: at once when it is queued, else within one batch. Asking twice is asking once."""
    if runs.progress(run, run.events(), alive=True).status.final:
        return
    run.request_stop()
    if _cancelled(workspace, run):
        run.record("stopped", val_accuracy=None, test_accuracy=None, seconds={})


def interrupt(workspace: Workspace, run: Run) -> None:
    """End a run's job as ``stop`` does, but with a checkpoint only: to be resumed, not to be used."""
    if runs.progress(run, run.events(), alive=True).status.final:
        return
    run.request_interrupt()
    if _cancelled(workspace, run):
        told = tr("Interrupted while it was queued.")
        run.record("interrupted", message=f"{told} {tr(training.GOES_ON)}")


def kill(workspace: Workspace, run: Run) -> None:
    """End the worker of a run that hangs, by force; other runs are not harmed. The run can then be resumed.

    Raises EngineError when the worker cannot be ended.
    """
    crew = engine.find(workspace)
    if crew is None or runs.progress(run, run.events(), alive=True).status.final:
        return
    if crew.cancel(run.job_key) or crew.kill(run.job_key):
        heartbeat.forget(run.folder)
        if not runs.progress(run, run.events(), alive=True).status.final:
            told = tr("Its worker was ended by force.")
            run.record("interrupted", message=f"{told} {tr(training.GOES_ON)}")


def _queue_again(workspace: Workspace, run: Run, more_epochs: int, owner: str) -> None:
    workspace.check_writable()
    crew = engine.start_or_find(workspace)
    # One after the other: whoever comes second finds it queued.
    with run_lock.held(workspace, run.id, patiently=True):
        # Or deleted, since this one asked.
        run = runs.load(workspace, run.id)
        now = progress(workspace, run)
        if not now.status.final:
            return
        _check_may(run, now, more_epochs)
        events = run.events()
        longer = [{"event": "extended", "epochs": more_epochs}] if more_epochs else []
        recipe = runs.extended(run.recipe, [*events, *longer])
        dataset = unchanged.check(workspace, run, events)
        plan = plans.for_dataset(recipe, dataset, workspace)
        _wait_until_gone(crew, run)
        with _nobody_trains(run):
            run.stop_file.unlink(missing_ok=True)
            heartbeat.forget(run.folder)
            run.record("queued")
            try:
                _submit(crew, workspace, run, plan, dataset, owner)
            except EngineError:
                _tell_again(run, now)
                raise
            if more_epochs:
                run.record("extended", epochs=more_epochs)


def _check_may(run: Run, now: Progress, more_epochs: int) -> None:
    done = now.status is Status.DONE
    if more_epochs and not done:
        raise RunError(tr("{name} is not done. Resume it first.", name=run.name))
    if not more_epochs and done:
        raise RunError(
            tr(
                "{name} is done. Extend it by more epochs, or duplicate it to change something.",
                name=run.name,
            )
        )
    if done and not checkpoints.is_whole(run.checkpoints, len(now.epochs)):
        # From its first epoch on it would be another training, which is not what was asked for.
        raise RunError(
            tr(
                "{name} cannot be trained on: the checkpoint of its last epoch is not here, as after a "
                "clean-up of the disk, or in a run that came from a file. Duplicate the run and train "
                "the copy for {epochs} epochs.",
                name=run.name,
                epochs=len(now.epochs) + more_epochs,
            )
        )


def _tell_again(run: Run, before: Progress) -> None:
    """It could not be queued: it is what it was."""
    final = {key: value for key, value in before.final.items() if key not in ("event", "at")}
    run.record(before.status.value, **({"message": before.message} | final))


@contextmanager
def _nobody_trains(run: Run) -> Iterator[None]:
    """While it is queued again: its worker begins when all of it is written."""
    lock = filelock.FileLock(run.folder / training.LOCK, timeout=_GOING_S)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise RunError(
            tr(
                "{name} is still in the hands of a process that is about to end. Try again in a minute.",
                name=run.name,
            )
        ) from error
    try:
        yield
    finally:
        lock.release()


def _wait_until_gone(crew: Engine, run: Run) -> None:
    """The engine takes no job that it still has."""
    deadline_s = time.monotonic() + _GOING_S
    while run.job_key in crew.jobs():
        if time.monotonic() > deadline_s:
            raise EngineError(
                tr("The worker has not let go of {name} yet. Try again in a moment.", name=run.name)
            )
        time.sleep(0.05)


def _submit(crew: Engine, workspace: Workspace, run: Run, plan: Plan, dataset: Dataset, owner: str) -> None:
    seconds = prices.total_s(workspace, plan, prices.of_plan(workspace, plan, dataset))
    crew.submit(
        run.job_key,
        training.train_run,
        str(workspace.home),
        run.id,
        owner=owner,
        priority=Priority.QUICK if seconds <= QUICK_S else Priority.LONG,
    )


def _cancelled(workspace: Workspace, run: Run) -> bool:
    crew = engine.find(workspace)
    try:
        return crew is not None and crew.cancel(run.job_key)
    except EngineError:
        # It looks for the stop file itself, if it still trains.
        return False
