"""A dataset's pictures and its split in words and rows."""

from tlcore.datasets import Dataset, Split
from tlcore.report import counted

_PURPOSES = {Split.TRAIN: "training", Split.VAL: "validation", Split.TEST: "the test"}

COLUMNS = ("Class", "Training", "Validation", "Test")


def rows(dataset: Dataset) -> list[tuple[str, int, int, int]]:
    """The pictures of each class on each side of the split, as ``COLUMNS`` has them."""
    return [
        (name, sides[Split.TRAIN], sides[Split.VAL], sides[Split.TEST])
        for name, sides in dataset.counts().items()
    ]


def split(dataset: Dataset) -> str:
    """How many pictures there are on each side, and how they came there."""
    counts = [f"{len(dataset.of(side)):,} for {_PURPOSES[side]}" for side in Split if dataset.of(side)]
    parts = [f"{counted(len(dataset.items), 'picture')}: {', '.join(counts)}"]
    if dataset.split_by == "table":
        parts.append("groups that were listed stay on one side")
    elif dataset.split_by:
        parts.append("pictures of one folder stay on one side")
    if dataset.together:
        parts.append(f"{counted(len(dataset.together), 'group')} of pictures alike stay on one side")
    parts.append(f"the seed of the split is {dataset.split_seed}")
    return "; ".join(parts) + "."
