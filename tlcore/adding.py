"""More pictures for a dataset: read as an intake reads them, then the next version."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tlcore import class_folders, intake, labels_file, staging, versions
from tlcore.archives import Found
from tlcore.class_folders import File
from tlcore.datasets import Dataset
from tlcore.errors import DatasetError
from tlcore.report import Report
from tlcore.sources import Source, opened, without_junk
from tlcore.words import tr
from tlcore.workspace import Workspace

__all__ = ["add"]


def add(
    workspace: Workspace,
    dataset: Dataset,
    source: Source,
    to: str,
    *,
    called: str = "",
    missing: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Dataset:
    """All pictures of `source` in the next version: in class `to`, whatever folders say, or without one in
    the classes of its folders or labels.csv, new ones too.

    What cannot be used is in its ``left_out``. `called` and `missing` as in ``intake.take``; `progress` is
    called with (files done, files in all). Raises DatasetError when no picture is new.
    """
    report = Report()
    for name_of_missing in missing:
        report.leave_out(name_of_missing, tr("It could not be read where it was sent from."))
    path = source if isinstance(source, Path) else None
    with staging.opened(workspace, path) as stage, opened(source, stage.room, called) as (listing, label):
        found = without_junk(listing, report)
        files = _into(found, to) if to else _as_they_say(found, report)
        classes, items = intake.read(files, stage, report, progress)
        if not items:
            reason = report.left_out[0].reason if report.left_out else tr("It is empty.")
            raise DatasetError(tr("{label} holds no usable picture. {reason}", label=label, reason=reason))
        left_out = tuple(report.left_out)
        taken = replace(
            dataset, classes=tuple(classes), items=tuple(items), left_out=left_out, folder=stage.folder
        )
        if to:
            return versions.add(workspace, dataset, taken, to)
        return versions.add_classes(workspace, dataset, taken)


def _into(found: Sequence[Found], to: str) -> list[File]:
    return [File(one, one.name.rpartition("/")[2], "", (to,)) for one in found]


def _as_they_say(found: Sequence[Found], report: Report) -> list[File]:
    pictures, listed = labels_file.read(found, report)
    return class_folders.place(pictures, report, listed)
