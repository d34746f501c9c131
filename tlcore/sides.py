"""On which side of the split each picture goes, and whether every class then has what it needs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tlcore import grouping, own_split
from tlcore.errors import DatasetError
from tlcore.manifest import Dataset, Item
from tlcore.splitting import Split, split, split_several, split_units
from tlcore.words import tr

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

_WORDS = {Split.TRAIN: "training", Split.VAL: "validation", Split.TEST: "the test"}


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
                "There are {classes} classes; a classifier needs at least {MIN_CLASSES}.",
                classes=len(classes),
                MIN_CLASSES=MIN_CLASSES,
            )
        )
    found = Counter(label for item in items for label in item.labels)
    for label, name in enumerate(classes):
        n = found[label]
        if n < MIN_IMAGES_PER_CLASS:
            images = "image" if n == 1 else "images"
            raise DatasetError(
                tr(
                    "Class '{name}' has {n_} usable {images}; {MIN_IMAGES_PER_CLASS} are needed. Add "
                    "{MIN_IMAGES_PER_CLASS2} more, or remove the class.",
                    name=name,
                    n_=n,
                    images=images,
                    MIN_IMAGES_PER_CLASS=MIN_IMAGES_PER_CLASS,
                    MIN_IMAGES_PER_CLASS2=MIN_IMAGES_PER_CLASS - n,
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
        f"Class '{name}' has no picture for {_WORDS[side]}: {_why(dataset, label, len(needed), kept=kept)}"
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
        groups = "1 group" if count == 1 else f"{count} groups"
        return tr(
            "its pictures come from {groups}, and each group stays on one side; {needed} or more are "
            "needed. Add pictures of other groups, or split without groups.",
            groups=groups,
            needed=needed,
        )
    if dataset.several_labels:
        return tr(
            "too many of its pictures are also in another class. Add pictures of it, or split with "
            "other shares."
        )
    return tr("too many of its pictures are also in another class. Keep each picture in one class.")
