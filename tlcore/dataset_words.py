"""A dataset's pictures and its split in words and rows."""

from tlcore.datasets import Dataset, Split
from tlcore.words import mark, tr, trn

_PURPOSES = {
    Split.TRAIN: mark("{pictures:,} for training"),
    Split.VAL: mark("{pictures:,} for validation"),
    Split.TEST: mark("{pictures:,} for the test"),
}

COLUMNS = (mark("Class"), mark("Training"), mark("Validation"), mark("Test"))


def rows(dataset: Dataset) -> list[tuple[str, int, int, int]]:
    """The pictures of each class on each side of the split, as ``COLUMNS`` has them."""
    return [
        (name, sides[Split.TRAIN], sides[Split.VAL], sides[Split.TEST])
        for name, sides in dataset.counts().items()
    ]


def split(dataset: Dataset) -> str:
    """How many pictures there are on each side, and how they came there."""
    counts = [tr(_PURPOSES[side], pictures=len(dataset.of(side))) for side in Split if dataset.of(side)]
    parts = [
        trn(
            "{n:,} picture: {counts}",
            "{n:,} pictures: {counts}",
            len(dataset.items),
            counts=", ".join(counts),
        )
    ]
    if dataset.split_by == "table":
        parts.append(tr("groups that were listed stay on one side"))
    elif dataset.split_by:
        parts.append(tr("pictures of one folder stay on one side"))
    if dataset.together:
        parts.append(
            trn(
                "{n:,} group of pictures alike stay on one side",
                "{n:,} groups of pictures alike stay on one side",
                len(dataset.together),
            )
        )
    parts.append(tr("the seed of the split is {seed}", seed=dataset.split_seed))
    return "; ".join(parts) + "."
