"""Asking for a report: started in the engine, looked at through files, since whoever asked may go away."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from tlcore import engine, held_jobs, short_jobs
from tlcore.datasets import Dataset
from tlcore.engine import Priority
from tlcore.errors import DatasetError
from tlcore.health import by_graph, store
from tlcore.health.findings import Report
from tlcore.health.job import check_job
from tlcore.health.store import Stage
from tlcore.workspace import Workspace

BROKEN_OFF = "The worker that looked at the pictures was ended, most likely because it ran out of memory."


@dataclass(frozen=True)
class Asked:
    """Where a report stands. With none of all this it was never asked for."""

    report: Report | None = None
    under_way: bool = False
    stage: Stage | None = None
    """None while the job waits for its turn."""
    failure: str | None = None


def start(workspace: Workspace, dataset: Dataset, *, owner: str = "") -> None:
    """Have a report made, unless it is being made. Raises WorkspaceError or EngineError."""
    workspace.check_writable()
    crew = engine.start_or_find(workspace)
    key = _key(dataset.id)
    if key in crew.jobs():
        return
    store.forget(workspace, dataset.id)
    # Without need of TensorFlow it does not wait behind a training.
    light = by_graph.is_enough(workspace, dataset)
    priority = Priority.LIGHT if light else Priority.QUICK
    crew.submit(key, check_job, str(workspace.home), dataset.id, owner=owner, priority=priority)


def look(workspace: Workspace, dataset_id: str) -> Asked:
    """The report, or how far it is. Fast: for a page that looks again every second."""
    report = store.load(workspace, dataset_id)
    if report is not None:
        return Asked(report)
    if (failure := store.failure(workspace, dataset_id)) is not None:
        return Asked(failure=failure)
    stage = store.progress(workspace, dataset_id)
    if held_jobs.holds(workspace, _key(dataset_id)):
        return Asked(under_way=True, stage=stage)
    # It may have ended between the looks.
    report, failure = store.load(workspace, dataset_id), store.failure(workspace, dataset_id)
    if report is None and failure is None and stage is not None:
        failure = BROKEN_OFF
    return Asked(report, failure=failure)


def is_under_way(workspace: Workspace, dataset_id: str) -> bool:
    """Whether a report is being made, or may be: an engine that does not answer does not say."""
    return held_jobs.holds(workspace, _key(dataset_id))


def wait(
    workspace: Workspace, dataset: Dataset, tell: Callable[[Stage | None], None] = lambda stage: None
) -> Report:
    """The report, made if need be. Raises DatasetError with the reason when it cannot be had."""

    def ended() -> bool:
        tell(store.progress(workspace, dataset.id))
        return (store.load(workspace, dataset.id) or store.failure(workspace, dataset.id)) is not None

    if (report := store.load(workspace, dataset.id)) is not None:
        return report
    workspace.check_writable()
    crew = engine.start_or_find(workspace)
    store.forget(workspace, dataset.id)
    short_jobs.run(
        crew,
        _key(dataset.id),
        check_job,
        str(workspace.home),
        dataset.id,
        ended=ended,
        wait_s=math.inf,
    )
    report = store.load(workspace, dataset.id)
    if report is None:
        raise DatasetError(store.failure(workspace, dataset.id) or BROKEN_OFF)
    return report


def _key(dataset_id: str) -> str:
    return f"health-{dataset_id}"
