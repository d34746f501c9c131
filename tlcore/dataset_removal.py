"""A dataset deleted for good, with what was found out about it; never one that a run was trained on."""

from tlcore import atlas, doctor, health, intake_jobs, intake_records, runs
from tlcore.datasets import Dataset
from tlcore.errors import DatasetError, WorkspaceError
from tlcore.report import quoted
from tlcore.runs import Run
from tlcore.words import tr, trn
from tlcore.workspace import Workspace

__all__ = ["remove", "users"]


def users(workspace: Workspace, dataset_id: str) -> list[Run]:
    """The runs that were trained on it, or will be: their pages show its pictures."""
    return [run for run in runs.list_all(workspace) if run.dataset_id == dataset_id]


def remove(workspace: Workspace, dataset: Dataset) -> None:
    """Other versions keep the pictures that they share with it.

    Raises DatasetError for a dataset that is in use, WorkspaceError when it cannot be removed now.
    """
    held = users(workspace, dataset.id)
    if held:
        raise DatasetError(
            trn(
                "{n:,} run used these pictures: {names}. Delete them first.",
                "{n:,} runs used these pictures: {names}. Delete them first.",
                len(held),
                names=quoted(run.name for run in held),
            )
        )
    adding = (one for one in intake_records.under_way(workspace) if one.into == dataset.id)
    # One whose process is gone is under way for nobody.
    if any(not intake_jobs.look(workspace, one).status.final for one in adding):
        raise DatasetError(tr("Pictures are being added to it. Wait until that has ended, or stop it."))
    if health.is_under_way(workspace, dataset.id):
        raise DatasetError(tr("Its health is being checked. Wait until that has ended."))
    if doctor.is_under_way(workspace, dataset.id):
        raise DatasetError(tr("Its labels are being judged. Wait until that has ended."))
    if atlas.is_under_way(workspace, dataset.id):
        raise DatasetError(tr("Its pictures are being compared. Wait until that has ended."))
    # First the dataset: a report without one misleads nobody, and goes next.
    if not workspace.discard(dataset.folder):
        raise WorkspaceError(
            tr("The dataset could not be deleted. Close what uses its pictures, and try again.")
        )
    health.remove(workspace, dataset.id)
    doctor.remove(workspace, dataset.id)
    atlas.remove(workspace, dataset.id)
