"""The report made: a job of the engine's worker, whose answer lies in the workspace."""

import time
from functools import partial
from pathlib import Path

from tlcore import datasets
from tlcore.asked import Question, Tell
from tlcore.datasets import Dataset
from tlcore.health import album, check, rows, store
from tlcore.health.findings import Report
from tlcore.workspace import Workspace


def question(workspace: Workspace, dataset_id: str) -> Question:
    """The job of a report. Raises NotFound for what is no id."""
    store.check(dataset_id)
    return Question(
        workspace,
        store.folder(workspace),
        dataset_id,
        f"health-{dataset_id}",
        lambda: store.load(workspace, dataset_id) is not None,
    )


def check_job(home: str, dataset_id: str) -> None:
    """However it ends is written beside the answer; nothing is raised."""
    workspace = Workspace(Path(home))

    def make_it(tell: Tell) -> None:
        make(workspace, datasets.load(workspace, dataset_id), tell)

    question(workspace, dataset_id).answer(make_it)


def make(workspace: Workspace, dataset: Dataset, tell: Tell = lambda stage, done, total: None) -> Report:
    """Look at every picture, compare all of them, and keep the report.

    Raises WeightsUnavailable, WorkspaceError or ImageError.
    """
    started_s = time.monotonic()
    found, reused = rows.features_of(workspace, dataset, partial(tell, "features"))
    earlier = rows.ancestors(workspace, dataset)
    seen = album.looks_of(workspace, dataset, earlier, partial(tell, "looks"))
    findings = check.examine(dataset, seen, found, partial(tell, "comparing"))
    seconds = round(time.monotonic() - started_s, 3)
    report = Report(dataset.id, len(dataset.items), tuple(findings), reused, seconds)
    store.save(workspace, report)
    return report
