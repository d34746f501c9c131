"""More pictures for a class of a dataset: read as an intake reads them, then the next version."""

from collections.abc import Callable
from dataclasses import replace

from tlcore import intake, staging, versions
from tlcore.class_folders import File
from tlcore.datasets import Dataset
from tlcore.errors import DatasetError
from tlcore.report import Report
from tlcore.sources import Source, opened, without_junk
from tlcore.workspace import Workspace

__all__ = ["add"]


def add(
    workspace: Workspace,
    dataset: Dataset,
    source: Source,
    to: str,
    progress: Callable[[int, int], None] | None = None,
) -> Dataset:
    """All pictures of `source`, whatever its folders say, in class `to` of the next version.

    What cannot be used is in its ``left_out``. `progress` is called with (files done, files in all). Raises
    DatasetError when no picture is new.
    """
    report = Report()
    with staging.opened(workspace, None) as stage, opened(source, stage.room) as (listing, label):
        files = [
            File(found, found.name.rpartition("/")[2], "", (to,)) for found in without_junk(listing, report)
        ]
        items = intake.read(files, stage, report, progress)
        if not items:
            reason = report.left_out[0].reason if report.left_out else "It is empty."
            raise DatasetError(f"{label} holds no usable picture. {reason}")
        taken = replace(dataset, items=tuple(items), left_out=tuple(report.left_out), folder=stage.folder)
        return versions.add(workspace, dataset, taken, to)
