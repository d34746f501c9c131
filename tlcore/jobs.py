"""Training as people start, watch and stop it: a run's record and the engine's job, kept in step."""

import shutil

from tlcore import engine, plans, runs, training
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import Engine
from tlcore.errors import EngineError
from tlcore.runs import Progress, Run
from tlcore.workspace import Workspace


def start(workspace: Workspace, recipe: Recipe, dataset: Dataset, *, name: str = "") -> Run:
    """Queue a training in the engine, which is started if need be, and return its run.

    Raises RecipeError, WorkspaceError or EngineError before anything is queued.
    """
    plans.for_dataset(recipe, dataset, workspace)
    workspace.check_writable()
    crew = engine.start_or_find(workspace)
    run = runs.create(workspace, recipe, dataset, name=name)
    try:
        crew.submit(run.job_key, training.train_run, str(workspace.home), run.id)
    except EngineError:
        # Nobody would ever train it.
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return run


def progress(workspace: Workspace, run: Run) -> Progress:
    """What a run is doing now."""
    found = runs.progress(run, run.events(), alive=True)
    if found.status.final:
        return found
    alive = _is_alive(workspace, run)
    # Read again after asking: the job may have ended between the first look and the question.
    return runs.progress(run, run.events(), alive=alive)


def stop(workspace: Workspace, run: Run) -> None:
    """Ask a run to stop: at once when it is queued, else within one batch. Asking twice is asking once."""
    if runs.progress(run, run.events(), alive=True).status.final:
        return
    run.request_stop()
    crew = engine.find(workspace)
    if crew is not None and _cancelled(crew, run):
        run.record("stopped", val_accuracy=None, test_accuracy=None, seconds={})


def _is_alive(workspace: Workspace, run: Run) -> bool:
    """Whether the engine holds the run's job. One that is there but does not answer may still train."""
    crew = engine.find(workspace)
    try:
        return crew is not None and run.job_key in crew.jobs()
    except EngineError:
        return engine.find(workspace) is not None


def _cancelled(crew: Engine, run: Run) -> bool:
    try:
        return crew.cancel(run.job_key)
    except EngineError:
        # It looks for the stop file itself, if it still trains.
        return False
