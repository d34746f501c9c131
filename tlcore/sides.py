"""On which side of the split each picture goes, and whether every class then has what it needs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tlcore import grouping, own_split
from tlcore.errors import DatasetError
from tlcore.manifest import Dataset, Item
from tlcore.splitting import Split, split, split_several, split_units
from tlcore.words import mark, tr, trn

__all__ = [
    "MIN_CLASSES",
    "MIN_IMAGES_PER_CLASS",
    "assign",
    "check_minimums",
    "check_sides",
    "faults",
    "preview",
]

MIN_CLASSES = 2
MIN_IMAGES_PER_CLASS = 4

_LACKS = {
    Split.TRAIN: mark("Class '{class_name}' has no picture for training: {why}"),
    Split.VAL: mark("Class '{class_name}' has no picture for validation: {why}"),
    Split.TEST: mark("Class '{class_name}' has no picture for the test: {why}"),
}


def assign(
    items: Sequence[Item],
    *,
    val_fraction: float,
    test_fraction: float,
    seed: int,
    split_by: str = "",
    together: Iterable[Sequence[str]] = (),
    kept: Mapping[str, Split] | None = None,
) -> list[Split]:
    """The side of each picture. Those whose sha256 is in `kept` stay there; the others fill up the shares."""
    sha256s = [item.sha256 for item in items]
    fractions = {"val_fraction": val_fraction, "test_fraction": test_fraction}
    if split_by == own_split.OWN and not kept:
        return own_split.assign(items, val_fraction=val_fraction, seed=seed)
    # The folders of new pictures say nothing of a split that has been changed since.
    split_by = "" if split_by == own_split.OWN else split_by
    together = [*together]
    if not split_by and not together and not kept:
        if any(item.more for item in items):
            return split_several([item.labels for item in items], sha256s, **fractions, seed=seed)
        return split([item.label for item in items], sha256s, **fractions, seed=seed)
    tied = grouping.units(sha256s, grouping.groups_of(items, split_by), together)
    # A kept picture counts for itself: what a new one ties together may lie on two sides already.
    kept = kept or {}
    sides_of: dict[str, Counter[Split]] = defaultdict(Counter)
    for sha256, unit in zip(sha256s, tied, strict=True):
        if sha256 in kept:
            sides_of[unit][kept[sha256]] += 1
    places = {unit: sides.most_common(1)[0][0] for unit, sides in sides_of.items()}
    fixed = {f"kept {side}": side for side in Split} | {f"with {unit}": side for unit, side in places.items()}
    units = [
        f"kept {kept[sha256]}" if sha256 in kept else f"with {unit}" if unit in places else unit
        for sha256, unit in zip(sha256s, tied, strict=True)
    ]
    return split_units([item.labels for item in items], units, **fractions, seed=seed, kept=fixed)


def preview(
    dataset: Dataset, *, val_fraction: float, test_fraction: float, seed: int, split_by: str = ""
) -> Dataset:
    """The dataset as another split would make it; nothing is written, and its id is the old one's."""
    sides = assign(
        dataset.items,
        val_fraction=val_fraction,
        test_fraction=test_fraction,
        seed=seed,
        split_by=split_by,
        together=dataset.together,
    )
    items = tuple(replace(item, split=side) for item, side in zip(dataset.items, sides, strict=True))
    return replace(
        dataset,
        items=items,
        val_fraction=float(val_fraction),
        test_fraction=float(test_fraction),
        split_seed=seed,
        split_by=split_by,
    )


def check_minimums(classes: Sequence[str], items: Iterable[Item]) -> None:
    """Raises DatasetError for too few classes, or a class of too few pictures."""
    if len(classes) < MIN_CLASSES:
        raise DatasetError(
            tr(
                "There are {classes} classes; a classifier needs at least {least}.",
                classes=len(classes),
                least=MIN_CLASSES,
            )
        )
    found = Counter(label for item in items for label in item.labels)
    for label, name in enumerate(classes):
        n = found[label]
        if n < MIN_IMAGES_PER_CLASS:
            raise DatasetError(
                trn(
                    "Class '{class_name}' has {n} usable image; {needed} are needed. Add {missing} more, or "
                    "remove the class.",
                    "Class '{class_name}' has {n} usable images; {needed} are needed. Add {missing} more, or "
                    "remove the class.",
                    n,
                    class_name=name,
                    needed=MIN_IMAGES_PER_CLASS,
                    missing=MIN_IMAGES_PER_CLASS - n,
                )
            )


def check_sides(dataset: Dataset, *, kept: bool = False) -> None:
    """Raises DatasetError for a class without a picture on a side. `kept`: the split was not made anew."""
    for sentence in faults(dataset, kept=kept):
        raise DatasetError(sentence)


def faults(dataset: Dataset, *, kept: bool = False) -> list[str]:
    """A sentence for each class that has no picture on a side that needs one: why, and the way out."""
    needed = [Split.TRAIN, Split.VAL] + ([Split.TEST] if dataset.test_fraction > 0 else [])
    return [
        tr(_LACKS[side], class_name=name, why=_why(dataset, label, len(needed), kept=kept))
        for label, (name, sides) in enumerate(dataset.counts().items())
        for side in needed
        if not sides[side]
    ]


def _why(dataset: Dataset, label: int, needed: int, *, kept: bool) -> str:
    if kept:
        return tr(
            "a change leaves the split of the other pictures as it is. Keep one of its pictures "
            "there, or split anew first."
        )
    if dataset.split_by or dataset.together:
        members = [item for item in dataset.items if label in item.labels]
        units = grouping.units(
            [item.sha256 for item in members],
            grouping.groups_of(members, dataset.split_by),
            [alike for alike in dataset.together if {*alike} & {item.sha256 for item in members}],
        )
        count = len({*units})
        return trn(
            "its pictures come from {n} group, and each group stays on one side; {needed} or more are "
            "needed. Add pictures of other groups, or split without groups.",
            "its pictures come from {n} groups, and each group stays on one side; {needed} or more are "
            "needed. Add pictures of other groups, or split without groups.",
            count,
            needed=needed,
        )
    if dataset.several_labels:
        return tr(
            "too many of its pictures are also in another class. Add pictures of it, or split with "
            "other shares."
        )
    return tr("too many of its pictures are also in another class. Keep each picture in one class.")
