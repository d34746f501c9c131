"""The split that a person's own folders say (`train`, `val`, `test`), as far as it can be kept."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from tlcore.errors import DatasetError
from tlcore.manifest import Item
from tlcore.splitting import Split, split_several
from tlcore.words import tr

__all__ = ["OWN", "SIDES", "assign", "folders", "usable"]

OWN = "own"
"""``split_by`` of a dataset that has it."""

SIDES = {
    **dict.fromkeys(("train", "training"), Split.TRAIN),
    **dict.fromkeys(("val", "valid", "validation"), Split.VAL),
    **dict.fromkeys(("test", "testing"), Split.TEST),
}
"""By the folder's name, in small letters."""

# Which side a picture goes to that lies on several: what is held out must not be trained on.
_HELD_OUT_FIRST = (Split.TEST, Split.VAL, Split.TRAIN)


def usable(items: Sequence[Item]) -> bool:
    """Whether every picture came from a folder of a side, and every class has pictures on each of them."""
    sides = _said(items)
    if sides is None:
        return False
    # Where there is no validation, it is taken from the training pictures.
    trained = Counter(
        label for item, side in zip(items, sides, strict=True) if side is Split.TRAIN for label in item.labels
    )
    enough = 1 if Split.VAL in sides else 2
    return all(trained[label] >= enough for item in items for label in item.labels) and all(
        {label for item, at in zip(items, sides, strict=True) if at is side for label in item.labels}
        == {*trained}
        for side in {*sides}
    )


def folders(items: Sequence[Item]) -> list[str]:
    """The names of the folders that say a side."""
    return sorted({part for item in items for part in item.folder.split("/") if part.casefold() in SIDES})


def assign(items: Sequence[Item], *, val_fraction: float, seed: int) -> list[Split]:
    """The sides as said; identical pictures on one of them, where they are not trained on.

    Where there is no validation, it is drawn from the training pictures, by `val_fraction` and `seed`.
    Raises DatasetError where `usable` says no.
    """
    sides = _said(items)
    if sides is None or not usable(items):
        raise DatasetError(
            tr(
                "The folders of these pictures say no split that can be used: every class needs pictures "
                "in 'train' and in 'val' or 'test'. Split by shares."
            )
        )
    return sides if Split.VAL in sides else _with_validation(items, sides, val_fraction, seed)


def _said(items: Sequence[Item]) -> list[Split] | None:
    """The side of each picture by its folders; None where one has none, or there is only one side."""
    by_picture: dict[str, set[Split]] = defaultdict(set)
    for item in items:
        found = [SIDES[part.casefold()] for part in item.folder.split("/") if part.casefold() in SIDES]
        if not found:
            return None
        by_picture[item.sha256].add(found[0])
    sides = [next(side for side in _HELD_OUT_FIRST if side in by_picture[item.sha256]) for item in items]
    return sides if Split.TRAIN in sides and len({*sides}) > 1 else None


def _with_validation(
    items: Sequence[Item], sides: Sequence[Split], val_fraction: float, seed: int
) -> list[Split]:
    train = [item for item, side in zip(items, sides, strict=True) if side is Split.TRAIN]
    drawn = split_several(
        [item.labels for item in train],
        [item.sha256 for item in train],
        val_fraction=val_fraction,
        test_fraction=0,
        seed=seed,
    )
    remaining = iter(drawn)
    return [next(remaining) if side is Split.TRAIN else side for side in sides]
