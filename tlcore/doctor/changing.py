"""The decisions become the next version of the dataset, all at once."""

from tlcore import versions
from tlcore.datasets import Dataset
from tlcore.doctor import decisions
from tlcore.doctor.decisions import Action
from tlcore.errors import DatasetError
from tlcore.words import tr, trn
from tlcore.workspace import Workspace


def make_version(workspace: Workspace, dataset: Dataset) -> Dataset:
    """With the pictures moved and removed as it was decided; they keep their side of the split.

    Raises DatasetError where nothing is to be changed, or a class would be left with too few pictures.
    """
    decided = decisions.decided(workspace, dataset)
    changed = {
        dataset.items[row]: one.to
        for row, one in decided.items()
        if one.action in (Action.MOVE, Action.REMOVE)
    }
    if not changed:
        raise DatasetError(tr("Nothing is to be changed: no picture was moved or removed."))
    removed = sum(not to for to in changed.values())
    moved = len(changed) - removed
    parts = []
    if moved:
        parts.append(trn("{n:,} picture moved", "{n:,} pictures moved", moved))
    if removed:
        parts.append(trn("{n:,} picture removed", "{n:,} pictures removed", removed))
    change = tr("Label doctor: {changes}", changes=", ".join(parts))
    return versions.relabel(workspace, dataset, changed, change)
