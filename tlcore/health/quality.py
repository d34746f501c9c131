"""Pictures that hold little to learn from: blurred, nearly empty, tiny."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tlcore.datasets import Dataset
from tlcore.health.findings import Finding, Kind, finding
from tlcore.health.looks import SEEN_PX, Look
from tlcore.words import mark, tr

# How they were chosen. Sharpness: the sharp pictures of the sample are at 0.12 and above, crops of photos at
# 0.03 and above; blurred by a Gaussian of two pixels, of 192, half of them are below 0.007, and by three
# below 0.002.
BLURRED_BELOW = 0.01
# Where most pictures of a dataset are smooth, as under a microscope, only those far below the rest are told.
_FAR_BELOW = 0.25
# Spread and commonest colour: the emptiest drawing of the sample has 14.6 and 97.1%.
EMPTY_SPREAD = 4.0
EMPTY_COMMONEST = 0.99
TINY_BELOW_PX = 64
# More than this share is not some odd pictures, it is what the dataset is like.
_MOST = 0.5


def find(dataset: Dataset, looks: Sequence[Look]) -> Iterator[Finding]:
    """One finding per picture, and none of two kinds; one for all of them where it is most of the dataset."""
    middle = float(np.median([look.sharpness for look in looks]))
    limit = min(BLURRED_BELOW, middle * _FAR_BELOW)
    empty = [row for row, look in enumerate(looks) if _is_empty(look)]
    tiny = [row for row in range(len(looks)) if _side(dataset, row) < TINY_BELOW_PX and row not in {*empty}]
    known = {*empty, *tiny}
    blurred = [row for row, look in enumerate(looks) if look.sharpness < limit and row not in known]
    yield from _told(
        dataset,
        Kind.BLURRED,
        blurred,
        mark("'{name}' of '{class_name}' is blurred: it shows far less detail than the others."),
        mark("{some:,} of {all:,} pictures are blurred."),
        lambda row: looks[row].sharpness,
    )
    yield from _told(
        dataset,
        Kind.EMPTY,
        empty,
        mark("'{name}' of '{class_name}' is nearly empty: hardly anything but one colour."),
        mark("{some:,} of {all:,} pictures are nearly empty: hardly anything but one colour."),
        lambda row: looks[row].commonest,
    )
    yield from _told(
        dataset,
        Kind.TINY,
        tiny,
        mark("'{name}' of '{class_name}' is smaller than {least} pixels; networks see about {seen}."),
        mark(
            "{some:,} of {all:,} pictures are smaller than {least} pixels. Networks are shown about {seen}: "
            "enlarged so far, they are blurred. Take a smaller image size on the Model page, or larger "
            "pictures."
        ),
        lambda row: _side(dataset, row),
    )


def _is_empty(look: Look) -> bool:
    return look.spread < EMPTY_SPREAD or look.commonest > EMPTY_COMMONEST


def _side(dataset: Dataset, row: int) -> int:
    return max(dataset.items[row].width_px, dataset.items[row].height_px)


def _told(
    dataset: Dataset, kind: Kind, rows: list[int], one: str, most: str, score: Callable[[int], float]
) -> Iterator[Finding]:
    """``one`` and ``most``: the marked sentences about a picture, and about most of the dataset."""
    sizes = {"least": TINY_BELOW_PX, "seen": SEEN_PX}
    rows = sorted(rows, key=score, reverse=kind is Kind.EMPTY)
    if len(rows) > _MOST * len(dataset.items):
        said = tr(most, some=len(rows), all=len(dataset.items), **sizes)
        yield finding(dataset, kind, said, rows, score=len(rows) / len(dataset.items))
        return
    for row in rows:
        where = dataset.classes[dataset.items[row].label]
        said = tr(one, name=dataset.items[row].name[:100], class_name=where[:100], **sizes)
        yield finding(dataset, kind, said, [row], spare=[row], score=score(row))
