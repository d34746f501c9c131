"""The report made: a job of the engine's worker, whose answer lies in the workspace."""

import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tlcore import datasets
from tlcore.datasets import Dataset
from tlcore.errors import ThawError
from tlcore.health import album, check, rows, store
from tlcore.health.findings import Report
from tlcore.workspace import Workspace

log = logging.getLogger(__name__)

_TELL_EVERY_S = 0.5

Progress = Callable[[str, int, int], None]


def check_job(home: str, dataset_id: str) -> None:
    """The job of a report. However it ends is written beside it; nothing is raised."""
    workspace = Workspace(Path(home))
    try:
        make(workspace, datasets.load(workspace, dataset_id), _Teller(workspace, dataset_id))
    except ThawError as error:
        store.fail(workspace, dataset_id, str(error))
    except Exception as error:
        log.exception("the health of dataset %s could not be told", dataset_id)
        store.fail(
            workspace,
            dataset_id,
            f"It failed unexpectedly ({type(error).__name__}). The log of the engine says more.",
        )
    finally:
        _clear_up()


def make(
    workspace: Workspace, dataset: Dataset, progress: Progress = lambda stage, done, total: None
) -> Report:
    """Look at every picture, compare all of them, and keep the report.

    Raises WeightsUnavailable, WorkspaceError or ImageError.
    """
    started_s = time.monotonic()
    found, reused = rows.features_of(workspace, dataset, _at(progress, "features"))
    earlier = rows.ancestors(workspace, dataset)
    seen = album.looks_of(workspace, dataset, earlier, _at(progress, "looks"))
    findings = check.examine(dataset, seen, found, _at(progress, "comparing"))
    seconds = round(time.monotonic() - started_s, 3)
    report = Report(dataset.id, len(dataset.items), tuple(findings), reused, seconds)
    store.save(workspace, report)
    return report


def _at(progress: Progress, stage: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(stage, done, total)


class _Teller:
    """Writes how far it is, at most twice a second."""

    def __init__(self, workspace: Workspace, dataset_id: str) -> None:
        self.workspace, self.dataset_id = workspace, dataset_id
        self.told_s = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now_s = time.monotonic()
        if now_s - self.told_s >= _TELL_EVERY_S:
            self.told_s = now_s
            store.tell(self.workspace, self.dataset_id, stage, done, total)


def _clear_up() -> None:
    """Give back the memory of the graph, after the report: nobody waits then."""
    if "keras" not in sys.modules:
        return
    import keras

    keras.utils.clear_session()
