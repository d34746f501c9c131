import numpy as np
import pytest
from PIL import Image

from tlcore.explain import colours, overlay
from tlcore.recipe_parts import Fit

GREY = (128, 128, 128)
LEFT = np.array([[1, 0], [1, 0]], np.float32)


def test_even_steps_look_even() -> None:
    """By CIE lightness, which rises all the way and in steps that are nearly the same."""
    steps = colours(np.linspace(0, 1, 11, dtype=np.float32)) / 255
    linear = np.where(steps <= 0.04045, steps / 12.92, ((steps + 0.055) / 1.055) ** 2.4)
    light = linear @ [0.2126, 0.7152, 0.0722]
    lightness = np.where(light > 0.008856, 116 * np.cbrt(light) - 16, 903.3 * light)
    rises = np.diff(lightness)
    assert rises.min() > 0.6 * rises.mean()
    assert rises.max() < 1.3 * rises.mean()


def test_without_opacity_it_is_the_picture() -> None:
    picture = Image.new("RGB", (40, 20), GREY)
    assert overlay(picture, LEFT, 0).getcolors() == [(800, GREY)]


@pytest.mark.parametrize(
    ("fit", "size", "bright", "dark", "plain"),
    [
        ("stretch", (40, 20), (2, 10), (37, 10), None),
        # Of the square in the middle alone something is known.
        ("crop", (40, 20), (12, 10), (28, 10), (5, 10)),
        ("crop", (20, 40), (1, 20), (18, 20), (1, 5)),
        # What was added around it is not shown: the edge of the picture is well inside the square.
        ("pad", (40, 20), (2, 10), (37, 10), None),
        ("pad", (20, 40), (1, 20), (18, 20), None),
    ],
)  # fmt: skip
def test_the_map_lies_where_the_network_saw_it(
    fit: Fit,
    size: tuple[int, int],
    bright: tuple[int, int],
    dark: tuple[int, int],
    plain: tuple[int, int] | None,
) -> None:
    found = overlay(Image.new("RGB", size, GREY), LEFT, 0.5, fit)
    assert found.size == size
    assert sum(found.getpixel(bright)) > sum(found.getpixel(dark)) + 100
    assert plain is None or found.getpixel(plain) == GREY
