"""A heat map as colours over its picture."""

import numpy as np
import numpy.typing as npt
from PIL import Image
from plotly.colors import sequential

from tlcore.recipe_parts import Fit

# Inferno (van der Walt and Smith): even steps of the map are even steps to the eye, in grey too, and for
# those who do not tell red from green.
_COLOURS = np.array([[*bytes.fromhex(colour[1:])] for colour in sequential.Inferno], np.float32)


def colours(shares: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """``shares``: 0–1, any shape; returns RGB, (..., 3)."""
    at = np.linspace(0, 1, len(_COLOURS))
    found = np.stack([np.interp(shares, at, _COLOURS[:, channel]) for channel in range(3)], axis=-1)
    return found.round().astype(np.uint8)


def overlay(
    picture: Image.Image, shares: npt.NDArray[np.float32], opacity: float, fit: Fit = "stretch"
) -> Image.Image:
    """``shares``: 0–1, (height, width) in cells, of the square that the network saw.

    ``fit``: how the picture became that square; what was cut away stays without colours. An opacity of 0 is
    the picture itself.
    """
    left, top, width, height = _square(picture.size, fit)
    cells = Image.fromarray(np.ascontiguousarray(shares, np.float32))
    smooth = np.asarray(cells.resize((width, height), Image.Resampling.BICUBIC))
    heat = Image.fromarray(colours(smooth.clip(0, 1)))
    plain = picture.convert("RGB")
    laid = plain.copy()
    laid.paste(heat, (left, top))
    return Image.blend(plain, laid, opacity)


def _square(size: tuple[int, int], fit: Fit) -> tuple[int, int, int, int]:
    """Where the network's square lies over a picture: left, top, width, height in its pixels."""
    if fit == "stretch":
        return 0, 0, *size
    side = min(size) if fit == "crop" else max(size)
    return round((size[0] - side) / 2), round((size[1] - side) / 2), side, side
