"""What one picture looks like, as far as health goes: sharpness, colours, border, a perceptual hash."""

from dataclasses import dataclass
from pathlib import Path

import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

from tlcore import images

# About what most networks are shown: what cannot be seen at this size does not matter to them.
SEEN_PX = 224
MAP_PX = 32
# How far apart two neighbours of one colour may be once they went through JPEG, of 255.
SAME_COLOUR = 14
# A line of pixels is of one colour when all but so many are: an edge of JPEG's blocks may stick out.
_MOSTLY = 0.98
_LINES = 16

Grey = npt.NDArray[np.float32]
Colours = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Look:
    hash: int
    """64 bits, few of which tell pictures alike apart: pHash, the low frequencies of the grey picture."""
    sharpness: float
    """Variance of the Laplacian, over that of the picture: fine detail against coarse."""
    spread: float
    """Standard deviation of the strongest colour channel, 0 to 128."""
    commonest: float
    """Share of the commonest colour."""
    grey: bool
    sides: tuple["Side", "Side", "Side", "Side"]
    """Top, right, bottom, left."""
    map: Colours
    """The grey picture squeezed to (MAP_PX, MAP_PX)."""


@dataclass(frozen=True)
class Side:
    """The edge of a picture, where it is of one colour."""

    colour: tuple[int, int, int]
    width: float
    """How far the colour reaches in, as a share of the picture; 0 for an edge of many colours."""


def look_at(path: Path) -> Look:
    """Raises ImageError for a picture that is gone."""
    with images.open_kept(path) as kept:
        return of(kept.convert("RGB"))


def of(picture: Image.Image) -> Look:
    seen = _shrunk(picture)
    colours = np.asarray(seen)
    grey = np.asarray(seen.convert("L"), np.float32)
    return Look(
        hash=int(str(imagehash.phash(picture)), 16),
        sharpness=_sharpness(grey),
        spread=float(colours.reshape(-1, 3).std(axis=0).max()),
        commonest=_commonest(colours),
        grey=bool(np.ptp(colours.astype(np.int16), axis=2).mean() < 3),
        sides=_sides(np.asarray(picture)),
        map=np.asarray(picture.convert("L").resize((MAP_PX, MAP_PX), Image.Resampling.BOX)),
    )


def _shrunk(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail((SEEN_PX, SEEN_PX), Image.Resampling.BILINEAR)
    return small


def _sharpness(grey: Grey) -> float:
    """0 for a picture without any contrast, or too small for a Laplacian."""
    if min(grey.shape) < 3 or grey.var() < 1:
        return 0.0
    neighbours = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((neighbours - 4 * grey[1:-1, 1:-1]).var() / grey.var())


def _commonest(colours: Colours) -> float:
    """In steps of 32 per channel, so that noise is no colour of its own."""
    red, green, blue = np.moveaxis(colours >> 5, 2, 0).astype(np.int64)
    counts = np.bincount((red * 64 + green * 8 + blue).ravel())
    return float(counts.max() / counts.sum())


def _sides(colours: Colours) -> tuple[Side, Side, Side, Side]:
    # Turned a quarter to the left, the right edge is on top.
    top, right, bottom, left = (_top(np.rot90(colours, quarter)) for quarter in range(4))
    return top, right, bottom, left


def _top(colours: Colours) -> Side:
    edge = np.median(colours[0], axis=0).astype(np.int16)
    red, green, blue = (int(channel) for channel in edge)
    reach = 0
    # Few pictures have a border, so few are looked at beyond the first lines.
    for start in range(0, len(colours), _LINES):
        lines = colours[start : start + _LINES].astype(np.int16)
        same = (np.abs(lines - edge) <= SAME_COLOUR).all(axis=2).mean(axis=1) >= _MOSTLY
        reach += len(same) if same.all() else int(np.argmin(same))
        if not same.all():
            break
    return Side((red, green, blue), reach / len(colours))
