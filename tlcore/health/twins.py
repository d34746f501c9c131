"""The same picture twice, exactly or nearly, in one class or in two."""

from collections.abc import Iterable, Iterator, Sequence

from tlcore.datasets import Dataset
from tlcore.health.findings import Finding, Kind, finding, sides_of
from tlcore.health.looks import Look
from tlcore.report import quoted
from tlcore.words import tr

Pair = tuple[int, int, float]


def find(dataset: Dataset, looks: Sequence[Look], pairs: Iterable[Pair]) -> Iterator[Finding]:
    """``pairs`` are rows of pictures that are nearly one. Those that hang together are one finding."""
    scores = {(one, other): score for one, other, score in [*_equal(dataset), *pairs]}
    groups = _joined(scores)
    group_of = {row: number for number, members in enumerate(groups) for row in members}
    least = [1.0] * len(groups)
    for (one, _), score in scores.items():
        least[group_of[one]] = min(least[group_of[one]], score)
    for members, score in zip(groups, least, strict=True):
        yield _told(dataset, looks, members, score)


def _equal(dataset: Dataset) -> Iterator[Pair]:
    first: dict[str, int] = {}
    for row, item in enumerate(dataset.items):
        twin = first.setdefault(item.sha256, row)
        if twin != row:
            yield twin, row, 1.0


def _joined(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """What hangs together, in the order of the first of each."""
    group_of: dict[int, list[int]] = {}
    for one, other in pairs:
        joined = group_of.get(one, [one])
        added = group_of.get(other, [other])
        if joined is not added:
            joined = sorted({*joined, *added})
        group_of.update(dict.fromkeys(joined, joined))
    groups = {min(group): sorted(group) for group in group_of.values()}
    return [groups[first] for first in sorted(groups)]


def _told(dataset: Dataset, looks: Sequence[Look], members: list[int], score: float) -> Finding:
    items = [dataset.items[row] for row in members]
    label_sets = {tuple(sorted(item.labels)) for item in items}
    exact = len({item.sha256 for item in items}) == 1
    if len(label_sets) > 1:
        kind = Kind.TWO_CLASSES
        names = sorted({label for labels in label_sets for label in labels})
        classes = _joined_names(dataset, names)
        said = tr("Nearly the same picture is in {classes}.", classes=classes)
        if exact:
            said = tr("The same picture is in {classes}.", classes=classes)
    else:
        kind = Kind.EXACT if exact else Kind.NEAR
        said = _alike(len(items), _joined_names(dataset, items[0].labels), exact)
    if len({item.split for item in items}) > 1:
        sides = sides_of(items)
        apart = tr("They are on different sides of the split: {sides}.", sides=sides)
        said = f"{said} {apart}"
    best = max(members, key=lambda row: (_pixels(dataset, row), looks[row].sharpness, -row))
    # Which class is right, only a person can say.
    spare = [row for row in members if row != best] if kind is not Kind.TWO_CLASSES else []
    return finding(dataset, kind, said, members, spare=spare, score=score)


def _pixels(dataset: Dataset, row: int) -> int:
    return dataset.items[row].width_px * dataset.items[row].height_px


def _joined_names(dataset: Dataset, labels: Iterable[int]) -> str:
    return tr(" and ").join(quoted([dataset.classes[label]]) for label in labels)


def _alike(pictures: int, classes: str, exact: bool) -> str:
    if pictures == 2 and exact:
        return tr("Two pictures of {classes} are the same.", classes=classes)
    if pictures == 2:
        return tr("Two pictures of {classes} are nearly the same.", classes=classes)
    if exact:
        return tr("{pictures:,} pictures of {classes} are the same.", pictures=pictures, classes=classes)
    return tr("{pictures:,} pictures of {classes} are nearly the same.", pictures=pictures, classes=classes)
