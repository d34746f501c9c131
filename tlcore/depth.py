"""Grey pictures of more than 8 bits: how their values become 0 to 255."""

import numpy as np
from PIL import Image

from tlcore.words import mark

__all__ = ["SIXTEEN_BITS", "is_deep", "to_eight_bits"]

SIXTEEN_BITS = mark("16-bit rescaled to 8")


def is_deep(image: Image.Image) -> bool:
    """Whether Pillow would saturate it on the way to RGB."""
    return image.mode.startswith("I") or image.mode == "F"


def to_eight_bits(image: Image.Image) -> tuple[Image.Image, str]:
    """Whole numbers by the smallest full range that holds them (8, 12 or 16 bits), fractions by 0..1.

    The range and not the picture's own minimum and maximum, so that the pictures of a microscope keep
    their brightness relative to each other. Anything else is stretched between its own extremes.
    Returns a grey picture, and the note that says what was done.
    """
    values = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    ranges = (1.0,) if image.mode == "F" else (255.0, 4095.0, 65535.0)
    full = next((limit for limit in ranges if low >= 0 and high <= limit), None)
    if full is None:
        values, full = values - low, max(high - low, 1e-30)
        note = mark("values stretched to 8 bits")
    else:
        note = mark("fractions rescaled to 8 bits") if image.mode == "F" else SIXTEEN_BITS
    return Image.fromarray(np.rint(values * (255.0 / full)).astype(np.uint8)), note
