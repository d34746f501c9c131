"""Asking for a report: started in the engine, looked at through files, since whoever asked may go away."""

from collections.abc import Callable

from tlcore import held_jobs, picture_features
from tlcore.asked import Stage, Standing
from tlcore.datasets import Dataset
from tlcore.doctor import job, store
from tlcore.doctor.report import Report
from tlcore.engine import Priority
from tlcore.errors import DatasetError
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Workspace


def look(workspace: Workspace, dataset_id: str, run: Run | None = None) -> Standing:
    """Where a report stands. Fast: for a page that looks again every second.

    ``run``: the one whose backbone's features are used; None for the backbone that comes with Thaw.
    """
    return job.question(workspace, _name(workspace, dataset_id, run)).look()


def read(workspace: Workspace, dataset_id: str, run: Run | None = None) -> Report | None:
    """None where it was not made yet."""
    return store.load(workspace, _name(workspace, dataset_id, run))


def is_other(workspace: Workspace, run: Run) -> bool:
    """Whether a run's backbone has other features than the one that comes with Thaw.

    Raises RecipeError or ModelFileError for a backbone that is not here.
    """
    return store.name(run.dataset_id, job.plan_of(workspace, run)) != _name(workspace, run.dataset_id, None)


def start(workspace: Workspace, dataset: Dataset, run: Run | None = None, *, owner: str = "") -> None:
    """Have a report made, unless it is being made. Raises WorkspaceError or EngineError."""
    plan = job.plan_of(workspace, run)
    name = store.name(dataset.id, plan)
    # Where no network has to look at the pictures, nobody waits behind a training.
    light = picture_features.are_kept(workspace, dataset, plan)
    priority = Priority.LIGHT if light else Priority.QUICK
    job.question(workspace, name).start(
        job.doctor_job, str(workspace.home), name, dataset.id, _id(run), owner=owner, priority=priority
    )


def is_under_way(workspace: Workspace, dataset_id: str) -> bool:
    """Whether a report is being made by any network, or may be: an engine may not answer."""
    jobs = held_jobs.all_held(workspace)
    return jobs is None or any(key.startswith(f"doctor-{dataset_id}-") for key in jobs)


def wait(
    workspace: Workspace,
    dataset: Dataset,
    run: Run | None = None,
    tell: Callable[[Stage | None], None] = lambda stage: None,
) -> Report:
    """The report, made if need be. Raises DatasetError with the reason when it cannot be had."""
    name = _name(workspace, dataset.id, run)
    failure = job.question(workspace, name).wait(
        job.doctor_job, str(workspace.home), name, dataset.id, _id(run), tell=tell
    )
    found = None if failure else read(workspace, dataset.id, run)
    if found is None:
        raise DatasetError(failure or tr("The report was removed by somebody else. Ask for it again."))
    return found


def _name(workspace: Workspace, dataset_id: str, run: Run | None) -> str:
    return store.name(dataset_id, job.plan_of(workspace, run))


def _id(run: Run | None) -> str:
    return run.id if run is not None else ""
