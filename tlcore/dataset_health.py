"""What was found about a dataset's pictures that bears on every model trained on them, in few sentences."""

from collections.abc import Iterator

from tlcore import datasets, health
from tlcore.datasets import Dataset
from tlcore.errors import NotFound
from tlcore.health import Finding, Kind, balance, store
from tlcore.words import mark, tr, trn
from tlcore.workspace import Workspace

# Of several of a kind, the first: they are sorted by what needs doing most.
_MOST = 3

# Each such finding is about something else, so each is told; the others are counted.
_TOLD = (Kind.GIVEAWAY, Kind.ALIKE, Kind.IMBALANCE, Kind.FEW)
_COUNTED = {
    Kind.TWO_CLASSES: mark("in two classes ({count:,})"),
    Kind.EXACT: mark("the same one again ({count:,})"),
    Kind.NEAR: mark("nearly the same one again ({count:,})"),
    Kind.BLURRED: mark("blurred ({count:,})"),
    Kind.EMPTY: mark("empty ({count:,})"),
    Kind.TINY: mark("tiny ({count:,})"),
}


def sentences(workspace: Workspace, dataset_id: str) -> list[str]:
    """Of its last check, without what somebody said is right; plain, with names as a user wrote them."""
    try:
        dataset = datasets.load(workspace, dataset_id)
    except NotFound:
        return [tr("Its pictures were deleted since: nothing can be said of them any more.")]
    report = store.load(workspace, dataset_id)
    if report is None:
        unchecked = tr("Its pictures were not checked for duplicates, blurred ones and the like.")
        return [unchecked, *(one.sentence for one in balance.find(dataset))]
    kept = health.kept_keys(workspace)
    return [*_told(dataset, [one for one in report.findings if one.key not in kept])]


def _told(dataset: Dataset, found: list[Finding]) -> Iterator[str]:
    across = sum(health.across(dataset, one) for one in found)
    if across:
        yield trn(
            "{n:,} group of pictures that are the same, or nearly, lie on both sides of the split: the "
            "figures are too good.",
            "{n:,} groups of pictures that are the same, or nearly, lie on both sides of the split: the "
            "figures are too good.",
            across,
        )
    for kind in _TOLD:
        yield from [one.sentence for one in found if one.kind is kind][:_MOST]
    counts = {words: sum(one.kind is kind for one in found) for kind, words in _COUNTED.items()}
    parts = [tr(words, count=count) for words, count in counts.items() if count]
    if parts:
        yield tr("Among its pictures some are {kinds}.", kinds=", ".join(parts))
