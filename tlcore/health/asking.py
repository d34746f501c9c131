"""Asking for a report: started in the engine, looked at through files, since whoever asked may go away."""

from collections.abc import Callable

from tlcore import held_jobs
from tlcore.asked import Stage, Standing
from tlcore.datasets import Dataset
from tlcore.engine import Priority
from tlcore.errors import DatasetError
from tlcore.health import by_graph, job, store
from tlcore.health.findings import Report
from tlcore.words import tr
from tlcore.workspace import Workspace


def start(workspace: Workspace, dataset: Dataset, *, owner: str = "") -> None:
    """Have a report made, unless it is being made. Raises WorkspaceError or EngineError."""
    # Without need of TensorFlow it does not wait behind a training.
    light = by_graph.is_enough(workspace, dataset)
    priority = Priority.LIGHT if light else Priority.QUICK
    job.question(workspace, dataset.id).start(
        job.check_job, str(workspace.home), dataset.id, owner=owner, priority=priority
    )


def look(workspace: Workspace, dataset_id: str) -> Standing:
    """Where a report stands. Fast: for a page that looks again every second."""
    return job.question(workspace, dataset_id).look()


def read(workspace: Workspace, dataset_id: str) -> Report | None:
    """None where it was not made yet."""
    return store.load(workspace, dataset_id)


def is_under_way(workspace: Workspace, dataset_id: str) -> bool:
    """Whether a report is being made, or may be: an engine that does not answer does not say."""
    return held_jobs.holds(workspace, job.question(workspace, dataset_id).key)


def wait(
    workspace: Workspace, dataset: Dataset, tell: Callable[[Stage | None], None] = lambda stage: None
) -> Report:
    """The report, made if need be. Raises DatasetError with the reason when it cannot be had."""
    asked = job.question(workspace, dataset.id)
    failure = asked.wait(job.check_job, str(workspace.home), dataset.id, tell=tell)
    found = None if failure else read(workspace, dataset.id)
    if found is None:
        raise DatasetError(failure or tr("The report was removed by somebody else. Ask for it again."))
    return found
