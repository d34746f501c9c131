"""The same picture twice, exactly or nearly, in one class or in two."""

from collections.abc import Iterable, Iterator, Sequence

from tlcore.datasets import Dataset
from tlcore.health.findings import Finding, Kind, finding, sides_of
from tlcore.health.looks import Look
from tlcore.report import quoted

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
    how = "the same" if exact else "nearly the same"
    if len(label_sets) > 1:
        kind = Kind.TWO_CLASSES
        names = sorted({label for labels in label_sets for label in labels})
        places = " and ".join(quoted([dataset.classes[label]]) for label in names)
        said = f"{how[0].upper()}{how[1:]} picture is in {places}."
    else:
        kind = Kind.EXACT if exact else Kind.NEAR
        where = " and ".join(quoted([dataset.classes[label]]) for label in items[0].labels)
        said = f"{_count(len(items))} pictures of {where} are {how}."
    if len({item.split for item in items}) > 1:
        said += f" They are on different sides of the split: {sides_of(items)}."
    best = max(members, key=lambda row: (_pixels(dataset, row), looks[row].sharpness, -row))
    # Which class is right, only a person can say.
    spare = [row for row in members if row != best] if kind is not Kind.TWO_CLASSES else []
    return finding(dataset, kind, said, members, spare=spare, score=score)


def _pixels(dataset: Dataset, row: int) -> int:
    return dataset.items[row].width_px * dataset.items[row].height_px


def _count(number: int) -> str:
    return "Two" if number == 2 else f"{number:,}"
