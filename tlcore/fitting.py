"""How a picture becomes the square that a network takes: stretched, cropped to its centre, or padded.

This is done before anything else, augmentation included, and it is the same wherever a picture becomes
pixels. A square picture gives the same pixels with each.
"""

from collections.abc import Iterable

from PIL import Image, ImageOps

from tlcore.recipe_parts import Fit
from tlcore.words import mark

__all__ = ["FITS", "PAD_COLOUR", "elongation", "fitted", "often_cut", "pil_code"]

FITS: dict[Fit, str] = {
    "stretch": mark("stretched to a square"),
    "crop": mark("cropped to the square in the centre"),
    "pad": mark("padded with white to a square"),
}
"""What is done to a picture, as a part of a sentence; in English, to be said by ``tr``."""

# What is transparent was put on white before, and drawings and scans mostly are on white: there the bars
# go on with the background, where black or grey ones would add edges that are no part of the picture.
PAD_COLOUR = "white"

# Of a picture that is longer a crop cuts more than a third of the area away.
_LONG = 1.5
_MANY = 1 / 5


def fitted(image: Image.Image, size_px: int, fit: Fit) -> Image.Image:
    """An RGB picture of any shape as a square of this side, bilinear with antialiasing."""
    size = (size_px, size_px)
    if fit == "crop":
        return ImageOps.fit(image, size, Image.Resampling.BILINEAR)
    if fit == "pad":
        # Resized when it is square: the other way round a thin picture would be rounded to nothing.
        image = ImageOps.pad(image, (max(image.size),) * 2, color=PAD_COLOUR)
    return image.resize(size, Image.Resampling.BILINEAR)


def pil_code(fit: Fit, size: int | str) -> str:
    """What ``fitted`` does, as one expression of Python for programs that people take away.

    Of ``image``, an RGB picture. Needs ``from PIL import Image, ImageOps``. ``size``: pixels or a name.
    """
    square = {"pad": f'ImageOps.pad(image, (max(image.size),) * 2, color="{PAD_COLOUR}")'}.get(fit, "image")
    if fit == "crop":
        return f"ImageOps.fit({square}, ({size}, {size}), Image.Resampling.BILINEAR)"
    return f"{square}.resize(({size}, {size}), Image.Resampling.BILINEAR)"


def elongation(width_px: int, height_px: int) -> float:
    """The longer side by the shorter one: 1 for a square."""
    return max(width_px, height_px) / min(width_px, height_px)


def often_cut(sizes: Iterable[tuple[int, int]]) -> float | None:
    """The share of pictures (width, height) that lose more than a third by a crop, where they are many."""
    long = [elongation(*size) > _LONG for size in sizes]
    share = sum(long) / max(len(long), 1)
    return share if share >= _MANY else None
