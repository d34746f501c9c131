"""What gives a class away without showing it: a border, a shape, missing colour, a stamp at one place.

A network learns whatever tells classes apart. Where all pictures of one class, and few others, have a black
frame or the same caption, it learns that, and fails on pictures from elsewhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tlcore.datasets import Dataset
from tlcore.health.findings import Finding, Kind, finding
from tlcore.health.looks import Look
from tlcore.words import mark, tr

# A trait predicts a class when most of its pictures have it and few of the others; chosen so that a handful
# of exceptions does not hide it. In the sample, where nearly all are on white, none does.
MOST, FEW = 0.8, 0.2
# In a smaller class such a trait may be chance.
FEWEST = 8
_SAME_COLOUR = 20
_SAME_WIDTH = 0.01
_NARROWEST = 0.008
_SAME_SHAPE = 0.02
# Of the squeezed grey picture: this near to the class's own, at this many places that hang together by class.
_SAME_GREY = 10
_STAMP_CELLS = 4
_STAMP_TEXTURE = 8.0
_SHOWN = 6

# By the thirds of a picture, downwards and across.
_STAMPS = (
    (
        mark("with the same patch at the top left, as a caption or a logo is"),
        mark("with the same patch at the top, as a caption or a logo is"),
        mark("with the same patch at the top right, as a caption or a logo is"),
    ),
    (
        mark("with the same patch in the middle left, as a caption or a logo is"),
        mark("with the same patch in the middle, as a caption or a logo is"),
        mark("with the same patch in the middle right, as a caption or a logo is"),
    ),
    (
        mark("with the same patch at the bottom left, as a caption or a logo is"),
        mark("with the same patch at the bottom, as a caption or a logo is"),
        mark("with the same patch at the bottom right, as a caption or a logo is"),
    ),
)

# Of a class of so many pictures that there is always more than one.
_ONLY = mark(
    "{some:,} of the {pictures:,} pictures of '{class_name}' are {trait}, and so is no other. That gives "
    "the class away: the network may learn it instead of what is shown. Cut it off, or bring such pictures "
    "for the other classes too."
)
_OTHERS_TOO = mark(
    "{some:,} of the {pictures:,} pictures of '{class_name}' are {trait}, and so are {others:,} of the "
    "{all_others:,} others. That gives the class away: the network may learn it instead of what is shown. "
    "Cut it off, or bring such pictures for the other classes too."
)

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Pictures:
    """What all looks say, one row per picture."""

    colours: Floats
    """(n, 4 sides, 3)."""
    widths: Floats
    """(n, 4 sides), how far the colour reaches in, as a share; 0 where an edge is not of one colour."""
    shapes: Floats
    """Width by height."""
    grey: Flags
    maps: Floats
    """(n, side, side)."""

    @property
    def bordered(self) -> Flags:
        """Whether all edges are of one colour, the same one."""
        apart = np.ptp(self.colours, axis=1).max(axis=1)
        found: Flags = (self.widths > 0).all(axis=1) & (apart <= _SAME_COLOUR)
        return found

    @property
    def framed(self) -> Flags:
        """Whether the border is as wide on each side: drawn, not what happened to be around."""
        around = self.frame_widths
        even = np.ptp(around, axis=1) <= np.maximum(_SAME_WIDTH, around.mean(axis=1) / 4)
        found: Flags = self.bordered & even & (around.min(axis=1) >= _NARROWEST) & (around.max(axis=1) < 0.5)
        return found

    @property
    def frame_widths(self) -> Floats:
        """``widths`` as shares of the picture's width, above and below too: what looks even."""
        across = np.ones_like(self.widths)
        across[:, [0, 2]] = (1 / self.shapes)[:, None]
        found: Floats = self.widths * across
        return found


@dataclass(frozen=True)
class _Trait:
    has: Flags
    phrase: str
    border: bool = False
    """Whether cutting borders off removes it."""


def find(dataset: Dataset, looks: Sequence[Look]) -> Iterator[Finding]:
    labels = np.array([item.label for item in dataset.items])
    pictures = _gathered(dataset, looks)
    for label in range(len(dataset.classes)):
        inside = labels == label
        if inside.sum() < FEWEST or (~inside).sum() < FEWEST:
            continue
        telling = [trait for trait in _traits(pictures, inside) if _predicts(trait.has, inside)]
        # One is enough to look at: a frame is a border too, and what a border covers is the same everywhere.
        for trait in telling[:1]:
            yield _told(dataset, label, inside, trait)


def _gathered(dataset: Dataset, looks: Sequence[Look]) -> _Pictures:
    return _Pictures(
        colours=np.array([[side.colour for side in look.sides] for look in looks], np.float64),
        widths=np.array([[side.width for side in look.sides] for look in looks]),
        shapes=np.array([item.width_px / item.height_px for item in dataset.items]),
        grey=np.array([look.grey for look in looks]),
        maps=np.array([look.map for look in looks], np.float64),
    )


def _predicts(has: Flags, inside: Flags) -> bool:
    return bool(has[inside].mean() >= MOST and has[~inside].mean() <= FEW)


def _traits(pictures: _Pictures, inside: Flags) -> Iterator[_Trait]:
    """What the pictures of a class may have in common, the most telling first."""
    yield from _frame(pictures, inside)
    yield from _border(pictures, inside)
    yield from _bars(pictures, inside)
    yield from _stamp(pictures, inside)
    yield _Trait(pictures.grey, tr("without any colour"))
    shape = float(np.median(pictures.shapes[inside]))
    near = np.abs(np.log(pictures.shapes / shape)) <= _SAME_SHAPE
    yield _Trait(near, tr("of one shape, {shape:.2f} times as wide as high", shape=shape))


def _frame(pictures: _Pictures, inside: Flags) -> Iterator[_Trait]:
    framed = pictures.framed
    if not framed[inside].any():
        return
    widths = pictures.frame_widths.mean(axis=1)
    width = float(np.median(widths[framed & inside]))
    near = np.abs(widths - width) <= max(_SAME_WIDTH, width / 4)
    colour, same = _same_colour(pictures.colours.mean(axis=1), framed & inside)
    told = tr("in a frame, {width:.0%} of the picture wide ({colour})", width=width, colour=colour)
    yield _Trait(framed & near & same, told, border=True)


def _border(pictures: _Pictures, inside: Flags) -> Iterator[_Trait]:
    bordered = pictures.bordered
    if bordered[inside].any():
        colour, same = _same_colour(pictures.colours.mean(axis=1), bordered & inside)
        told = tr("with a border of one colour all around ({colour})", colour=colour)
        yield _Trait(bordered & same, told, border=True)


def _bars(pictures: _Pictures, inside: Flags) -> Iterator[_Trait]:
    for told, (one, other) in (
        (mark("with bars above and below ({colour})"), (0, 2)),
        (mark("with bars left and right ({colour})"), (3, 1)),
    ):
        has = (pictures.widths[:, [one, other]] >= _NARROWEST).all(axis=1) & ~pictures.bordered
        has &= np.abs(pictures.colours[:, one] - pictures.colours[:, other]).max(axis=1) <= _SAME_COLOUR
        if has[inside].any():
            colour, same = _same_colour(pictures.colours[:, one], has & inside)
            yield _Trait(has & same, tr(told, colour=colour), border=True)


def _same_colour(colours: Floats, some: Flags) -> tuple[str, Flags]:
    """The usual colour of some pictures, in words or as in CSS, and which of all pictures have it."""
    usual = np.median(colours[some], axis=0)
    name = "#{:02x}{:02x}{:02x}".format(*(int(channel) for channel in usual))
    known = {"#ffffff": tr("white"), "#000000": tr("black")}
    return known.get(name, name), np.abs(colours - usual).max(axis=1) <= _SAME_COLOUR


def _stamp(pictures: _Pictures, inside: Flags) -> Iterator[_Trait]:
    """Places where the pictures of the class are all the same, and the others are not: a caption, a logo."""
    usual = np.median(pictures.maps[inside], axis=0)
    near = np.abs(pictures.maps - usual) <= _SAME_GREY
    cells = (near[inside].mean(axis=0) >= MOST) & (near[~inside].mean(axis=0) <= FEW)
    if cells.sum() < _STAMP_CELLS or usual[cells].std() < _STAMP_TEXTURE:
        return
    rows, columns = np.nonzero(cells)
    told = _STAMPS[_third(rows.mean() / len(usual))][_third(columns.mean() / len(usual))]
    yield _Trait(near[:, cells].mean(axis=1) >= MOST, tr(told))


def _third(share: float) -> int:
    return min(2, int(share * 3))


def _told(dataset: Dataset, label: int, inside: Flags, trait: _Trait) -> Finding:
    mine, theirs = trait.has & inside, trait.has & ~inside
    said = {
        "some": int(mine.sum()),
        "pictures": int(inside.sum()),
        "class_name": dataset.classes[label],
        "trait": trait.phrase,
    }
    told = tr(_ONLY, **said)
    if theirs.any():
        told = tr(_OTHERS_TOO, others=int(theirs.sum()), all_others=int((~inside).sum()), **said)
    return finding(
        dataset,
        Kind.GIVEAWAY,
        told,
        np.flatnonzero(mine)[:_SHOWN].tolist(),
        classes=[label],
        spare=np.flatnonzero(trait.has) if trait.border else (),
        score=float(trait.has[inside].mean()),
    )
