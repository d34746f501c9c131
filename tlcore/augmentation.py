"""Variants of one picture: mirrored, turned, zoomed, moved, cropped, and changed in brightness and colour.

A variant follows from the picture, the seed and the number of the variant alone, so that it is the same in
every order of the pictures, on every worker and after a resume.
"""

import hashlib
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tlcore.config import Augmentation
from tlcore.numbers import share_words
from tlcore.words import tr

__all__ = ["Draw", "augment", "draw", "examples", "words"]

Pixels = NDArray[np.uint8]

# ITU-R BT.601, the weights of Pillow's own "L".
_GREY = np.array([0.299, 0.587, 0.114])


class Draw(NamedTuple):
    """What was drawn for one variant. An operation that is off has the value that changes nothing."""

    flip_horizontal: bool
    flip_vertical: bool
    angle: float
    """Degrees, counter-clockwise."""
    zoom: float
    """A factor; above 1 things grow."""
    shift_x: float
    """Share of the width, to the right."""
    shift_y: float
    """Share of the height, downwards."""
    brightness: float
    contrast: float
    colour: float
    crop_area: float
    """Share of the area that is kept."""
    crop_x: float
    """Where the window lies: 0 at the left edge, 1 at the right."""
    crop_y: float


def draw(choice: Augmentation, *, seed: int, number: int, sha256: str) -> Draw:
    """The values of variant ``number`` of the picture with this hash."""
    digest = hashlib.sha256(f"{seed}:{number}:{sha256}".encode()).digest()
    # All at once, whether or not they are used: switching one operation on leaves the others as they were.
    # New operations draw after these.
    u = np.random.default_rng(int.from_bytes(digest)).random(12).tolist()

    def around(middle: float, reach: float, share: float) -> float:
        return middle + reach * (2 * share - 1)

    return Draw(
        flip_horizontal=choice.flip in ("horizontal", "both") and u[0] < 0.5,
        flip_vertical=choice.flip in ("vertical", "both") and u[1] < 0.5,
        angle=around(0, choice.rotation, u[2]),
        zoom=around(1, choice.zoom, u[3]),
        shift_x=around(0, choice.shift, u[4]),
        shift_y=around(0, choice.shift, u[5]),
        brightness=around(1, choice.brightness, u[6]),
        contrast=around(1, choice.contrast, u[7]),
        colour=around(1, choice.colour, u[8]),
        crop_area=1 - choice.crop * u[9],
        crop_x=u[10],
        crop_y=u[11],
    )


def augment(pixels: Pixels, choice: Augmentation, *, seed: int, number: int, sha256: str) -> Pixels:
    """Variant ``number`` of a picture (height, width, 3), of the same shape.

    Number 0, and any number when nothing is switched on, is ``pixels`` itself, not a copy.
    """
    if number == 0 or not choice.changes:
        return pixels
    drawn = draw(choice, seed=seed, number=number, sha256=sha256)
    if choice.rotation or choice.zoom or choice.shift or choice.crop:
        image = _moved(pixels, drawn)
    else:
        # No resampling: a picture that is only flipped keeps its exact values.
        image = _flipped(Image.fromarray(pixels), drawn)
    if choice.brightness or choice.contrast or choice.colour:
        image = _coloured(image, drawn)
    return np.array(image)


def examples(pixels: Pixels, choice: Augmentation, *, seed: int, sha256: str, count: int) -> list[Pixels]:
    """Variants 1 … ``count``, as training sees them."""
    numbers = range(1, count + 1)
    return [augment(pixels, choice, seed=seed, number=number, sha256=sha256) for number in numbers]


def words(choice: Augmentation) -> str:
    """What happens to a picture, as a part of a sentence; ``nothing`` when it stays as it is."""
    flips = {
        "horizontal": tr("flipped left–right"),
        "vertical": tr("flipped top–bottom"),
        "both": tr("flipped left–right and top–bottom"),
    }
    parts = [
        flips.get(choice.flip),
        choice.rotation and tr("turned up to {degrees:g}°", degrees=choice.rotation),
        choice.zoom and tr("zoomed up to {share}", share=share_words(choice.zoom)),
        choice.shift and tr("moved up to {share}", share=share_words(choice.shift)),
        choice.crop and tr("cropped to no less than {share} of the area", share=share_words(1 - choice.crop)),
        choice.brightness and tr("brightness changed up to {share}", share=share_words(choice.brightness)),
        choice.contrast and tr("contrast changed up to {share}", share=share_words(choice.contrast)),
        choice.colour and tr("colour changed up to {share}", share=share_words(choice.colour)),
    ]
    return ", ".join(part for part in parts if part) or tr("nothing")


def _flipped(image: Image.Image, drawn: Draw) -> Image.Image:
    if drawn.flip_horizontal:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if drawn.flip_vertical:
        image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return image


def _moved(pixels: Pixels, drawn: Draw) -> Image.Image:
    """Flipped, cropped, zoomed, turned and moved, in this order but sampled once; mirrored at its edges."""
    height, width = pixels.shape[:2]
    # Pillow asks where each point of the result comes from, so the way is backwards: from the middle of the
    # result through shift, rotation and zoom to the middle of the window, and through the flip at last.
    side = math.sqrt(drawn.crop_area)
    cos = math.cos(math.radians(drawn.angle)) * side / drawn.zoom
    sin = math.sin(math.radians(drawn.angle)) * side / drawn.zoom
    middle_x, middle_y = width * (0.5 + drawn.shift_x), height * (0.5 + drawn.shift_y)
    window_x = width * (0.5 + (1 - side) * (drawn.crop_x - 0.5))
    window_y = height * (0.5 + (1 - side) * (drawn.crop_y - 0.5))
    to_x = np.array([cos, -sin, window_x - cos * middle_x + sin * middle_y])
    to_y = np.array([sin, cos, window_y - sin * middle_x - cos * middle_y])
    if drawn.flip_horizontal:
        to_x = [0, 0, width] - to_x
    if drawn.flip_vertical:
        to_y = [0, 0, height] - to_y
    # The margins are as wide as the corners reach, and one more for the neighbour in the interpolation.
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
    west, east = _margins(to_x @ corners, width)
    north, south = _margins(to_y @ corners, height)
    padded = np.pad(pixels, ((north, south), (west, east), (0, 0)), mode="symmetric")
    matrix = *(to_x + [0, 0, west]).tolist(), *(to_y + [0, 0, north]).tolist()
    return Image.fromarray(padded).transform(
        (width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
    )


def _margins(reached: NDArray[np.float64], side: int) -> tuple[int, int]:
    before, after = -float(reached.min()), float(reached.max()) - side
    return max(0, math.ceil(before) + 1), max(0, math.ceil(after) + 1)


def _coloured(image: Image.Image, drawn: Draw) -> Image.Image:
    """Brightness, then contrast, then saturation; one matrix, since each of them is linear.

    Rounded and clipped once, at the end: what one step pushes out of range the next may bring back.
    """
    counts = np.reshape(image.histogram(), (3, 256))
    grey = float(_GREY @ counts @ np.arange(256)) / (image.width * image.height)
    gain = drawn.brightness * drawn.contrast
    # Contrast turns about the mean grey of the brightened picture. Saturation leaves greys where they are.
    offset = (1 - drawn.contrast) * drawn.brightness * grey
    mix = gain * (drawn.colour * np.eye(3) + (1 - drawn.colour) * _GREY)
    # Pillow computes in float32, adds a half and cuts off, within 0 … 255.
    return image.convert("RGB", tuple(np.column_stack([mix, np.full(3, offset)]).ravel().tolist()))
