"""Variants of a picture: the same ones every time, within their ranges, and without black corners."""

import itertools
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tlcore import augmentation
from tlcore.augmentation import Draw, Pixels, augment, draw, examples, words
from tlcore.config import Augmentation

SHA = "5e" * 32
ALONE: dict[str, Any] = {
    "flip": "both",
    "rotation": 30.0,
    "zoom": 0.3,
    "shift": 0.2,
    "brightness": 0.4,
    "contrast": 0.4,
    "colour": 0.6,
    "crop": 0.5,
}
FIELDS = {
    "flip": ("flip_horizontal", "flip_vertical"),
    "rotation": ("angle",),
    "zoom": ("zoom",),
    "shift": ("shift_x", "shift_y"),
    "brightness": ("brightness",),
    "contrast": ("contrast",),
    "colour": ("colour",),
    "crop": ("crop_area",),
}
EVERYTHING = Augmentation(**ALONE)
PINNED = (
    False,
    False,
    22.8281807,
    1.1686298,
    -0.0494093,
    -0.0833717,
    1.1446172,
    0.8279104,
    1.3787485,
    0.8009009,
    0.9797312,
    0.9463247,
)
SHAPES = [(96, 96), (80, 120), (121, 63), (40, 9), (1, 1)]
GREY = np.array([0.299, 0.587, 0.114])


def picture(height: int = 96, width: int = 96, seed: int = 0) -> Pixels:
    """Soft patches of colour, so that a half pixel more or less is a few levels only."""
    noise = np.random.default_rng(seed).integers(40, 216, (6, 6, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC))


def variant(
    pixels: Pixels, choice: Augmentation, number: int = 1, seed: int = 0, sha256: str = SHA
) -> Pixels:
    return augment(pixels, choice, seed=seed, number=number, sha256=sha256)


def drawn(choice: Augmentation, number: int = 1, seed: int = 0, sha256: str = SHA) -> Draw:
    return draw(choice, seed=seed, number=number, sha256=sha256)


def difference(one: Pixels, other: Pixels) -> np.ndarray:
    return np.abs(one.astype(int) - other)


def sampled(pixels: Pixels, values: Draw) -> np.ndarray:
    """The geometry again, step by step for each point of the result, in plain NumPy."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width] + 0.5
    x, y = x - width / 2 - values.shift_x * width, y - height / 2 - values.shift_y * height
    turned = (x + 1j * y) * np.exp(1j * math.radians(values.angle)) / values.zoom
    kept = math.sqrt(values.crop_area)
    x = turned.real * kept + width * kept / 2 + width * (1 - kept) * values.crop_x
    y = turned.imag * kept + height * kept / 2 + height * (1 - kept) * values.crop_y
    x = width - x if values.flip_horizontal else x
    y = height - y if values.flip_vertical else y

    def mirrored(index: np.ndarray, side: int) -> np.ndarray:
        index = index.astype(int) % (2 * side)
        return np.minimum(index, 2 * side - 1 - index)

    left, top = np.floor(x - 0.5), np.floor(y - 0.5)
    total = np.zeros(pixels.shape)
    for right, down in itertools.product((0, 1), (0, 1)):
        weight = np.abs(1 - right - (x - 0.5 - left)) * np.abs(1 - down - (y - 0.5 - top))
        total += weight[..., None] * pixels[mirrored(top + down, height), mirrored(left + right, width)]
    return total


# --- which variant -----------------------------------------------------------------------------------------


def test_number_0_is_the_picture_itself() -> None:
    pixels = picture()
    assert variant(pixels, EVERYTHING, number=0) is pixels


@pytest.mark.parametrize("views", [1, 16, "fresh"])
def test_nothing_switched_on_leaves_the_picture_itself(views: Any) -> None:
    pixels = picture()
    assert variant(pixels, Augmentation(views=views), number=3) is pixels


def test_the_same_every_time_and_never_in_place() -> None:
    pixels = picture()
    before = pixels.copy()
    assert np.array_equal(variant(pixels, EVERYTHING), variant(pixels.copy(), EVERYTHING))
    assert np.array_equal(pixels, before)


def test_the_draws_stay_what_they_are_from_release_to_release() -> None:
    # Variants are kept on disk. Whoever changes these numbers must give the caches a new key.
    assert drawn(EVERYTHING) == pytest.approx(PINNED, abs=1e-6)


def test_seed_number_and_picture_each_make_another_variant() -> None:
    values = [drawn(EVERYTHING, n, s, h) for n in (1, 2) for s in (0, 1) for h in (SHA, "a" * 64)]
    assert len(set(values)) == 8
    # Their parts are kept apart: 1 and 23 are not 12 and 3.
    assert drawn(EVERYTHING, number=23, seed=1) != drawn(EVERYTHING, number=3, seed=12)


def test_a_variant_does_not_depend_on_the_order_or_on_threads() -> None:
    pictures = {str(n) * 64: picture(seed=n) for n in range(8)}
    forth = {sha: variant(pixels, EVERYTHING, sha256=sha) for sha, pixels in pictures.items()}
    with ThreadPoolExecutor(4) as pool:
        back = dict(
            pool.map(
                lambda item: (item[0], variant(item[1], EVERYTHING, sha256=item[0])),
                reversed(pictures.items()),
            )
        )
    assert all(np.array_equal(forth[sha], back[sha]) for sha in pictures)


@pytest.mark.parametrize("name", ALONE)
def test_one_operation_does_not_change_the_draws_of_another(name: str) -> None:
    for number in range(1, 20):
        alone, all_of_them = drawn(Augmentation(**{name: ALONE[name]}), number), drawn(EVERYTHING, number)
        nothing = drawn(Augmentation(), number)
        for field in Draw._fields[:-2]:
            expected = all_of_them if field in FIELDS[name] else nothing
            assert getattr(alone, field) == getattr(expected, field)


def test_an_operation_that_is_off_changes_nothing() -> None:
    assert drawn(Augmentation())[:-2] == (False, False, 0, 1, 0, 0, 1, 1, 1, 1)


# --- how far -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "low", "high"),
    [
        ("angle", -30, 30),
        ("zoom", 0.7, 1.3),
        ("shift_x", -0.2, 0.2),
        ("shift_y", -0.2, 0.2),
        ("brightness", 0.6, 1.4),
        ("contrast", 0.6, 1.4),
        ("colour", 0.4, 1.6),
        ("crop_area", 0.5, 1),
        ("crop_x", 0, 1),
        ("crop_y", 0, 1),
    ],
)
def test_values_spread_evenly_over_their_range(field: str, low: float, high: float) -> None:
    values = np.array([getattr(drawn(EVERYTHING, number), field) for number in range(1, 201)])
    shares = (values - low) / (high - low)
    assert 0 <= shares.min() < 0.05
    assert 0.95 < shares.max() <= 1
    # Four standard errors of a uniform value, and each quarter of the range about as often as the others.
    assert abs(shares.mean() - 0.5) < 4 * math.sqrt(1 / 12 / 200)
    assert np.histogram(shares, 4, (0, 1))[0].min() > 25


def test_values_are_drawn_independently() -> None:
    values = np.array([drawn(EVERYTHING, number) for number in range(1, 201)], float)
    apart = np.corrcoef(values.T) - np.eye(values.shape[1])
    assert np.abs(apart).max() < 0.3


def test_flips_come_half_of_the_time_on_each_axis() -> None:
    values = [drawn(EVERYTHING, number)[:2] for number in range(1, 201)]
    assert all(30 < values.count(pair) < 70 for pair in itertools.product((False, True), repeat=2))


# --- geometry ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("flip", ["horizontal", "vertical", "both"])
def test_a_flip_keeps_every_value(flip: Any, shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    choice = Augmentation(flip=flip)
    seen = set()
    for number in range(1, 30):
        values = drawn(choice, number)
        across, down = -1 if values.flip_horizontal else 1, -1 if values.flip_vertical else 1
        assert np.array_equal(variant(pixels, choice, number), pixels[::down, ::across])
        seen.add((across, down))
    assert (
        seen
        == {
            "horizontal": {(1, 1), (-1, 1)},
            "vertical": {(1, 1), (1, -1)},
            "both": set(itertools.product((1, -1), (1, -1))),
        }[flip]
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "fields",
    [
        {"rotation": 180},
        {"zoom": 0.5},
        {"shift": 0.5},
        {"crop": 0.8},
        {"flip": "both", "rotation": 180, "zoom": 0.5, "shift": 0.5},
        {"zoom": 0.5, "shift": 0.5, "crop": 0.8},
        {"flip": "both", "rotation": 20, "zoom": 0.2, "shift": 0.1, "crop": 0.4},
    ],
    ids=lambda fields: "+".join(fields),
)
def test_the_one_step_is_the_same_as_its_parts(fields: dict[str, Any], shape: tuple[int, int]) -> None:
    pixels, choice = picture(*shape), Augmentation(**fields)
    for number in range(1, 13):
        # Pillow cuts off where this rounds.
        error = np.abs(variant(pixels, choice, number) - sampled(pixels, drawn(choice, number)))
        assert error.max() <= 1.01


def test_rotation_turns_as_pillow_does() -> None:
    pixels, choice = picture(), Augmentation(rotation=60)
    y, x = np.mgrid[0:96, 0:96] - 47.5
    inside = np.hypot(x, y) < 45
    for number in range(1, 8):
        turned = Image.fromarray(pixels).rotate(drawn(choice, number).angle, Image.Resampling.BILINEAR)
        assert difference(variant(pixels, choice, number), np.asarray(turned))[inside].max() <= 2


def test_shift_moves_a_marker_by_what_was_drawn() -> None:
    pixels = np.zeros((80, 120, 3), np.uint8)
    pixels[35:45, 55:65] = 200
    choice = Augmentation(shift=0.3)
    y, x = np.mgrid[0:80, 0:120] + 0.5
    for number in range(1, 15):
        values, light = drawn(choice, number), variant(pixels, choice, number)[..., 0].astype(float)
        middle = np.array([(light * x).sum(), (light * y).sum()]) / light.sum()
        assert middle == pytest.approx([60 + 120 * values.shift_x, 40 + 80 * values.shift_y], abs=0.1)


def test_zoom_grows_a_disc_by_what_was_drawn() -> None:
    y, x = np.mgrid[0:96, 0:96] - 47.5
    pixels = np.repeat(np.where(np.hypot(x, y) < 20, 200, 0).astype(np.uint8)[..., None], 3, 2)
    inside = np.hypot(x, y) < 33  # Further out the mirrored discs begin.
    choice = Augmentation(zoom=0.5)
    for number in range(1, 15):
        grown = variant(pixels, choice, number)[inside].sum() / pixels.sum()
        assert grown == pytest.approx(drawn(choice, number).zoom ** 2, rel=0.03)


@pytest.mark.parametrize("shape", [(200, 200), (120, 240)])
def test_crop_keeps_the_area_that_was_drawn_and_stays_inside(shape: tuple[int, int]) -> None:
    height, width = shape
    across, down = np.meshgrid(np.linspace(0, 240, width), np.linspace(0, 240, height))
    pixels = np.stack([across, down, 0 * down], 2).round().astype(np.uint8)
    choice = Augmentation(crop=0.8)
    for number in range(1, 20):
        cut, values = variant(pixels, choice, number).astype(float), drawn(choice, number)
        spans = [np.ptp(cut[..., 0]) / 240, np.ptp(cut[..., 1]) / 240]
        # The same share of both sides, and ramps that never turn back: nothing mirrored came in.
        assert spans == pytest.approx([math.sqrt(values.crop_area)] * 2, abs=0.02)
        assert np.diff(cut[..., 0], axis=1).min() >= 0
        assert np.diff(cut[..., 1], axis=0).min() >= 0
        start = 240 * values.crop_x * (1 - math.sqrt(values.crop_area))
        assert cut[0, 0, 0] == pytest.approx(start, abs=2.5)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_black_corners(shape: tuple[int, int]) -> None:
    white = np.full((*shape, 3), 255, np.uint8)
    choice = Augmentation(rotation=180, zoom=0.5, shift=0.5)
    assert min(int(variant(white, choice, number).min()) for number in range(1, 40)) == 255


def test_no_black_corners_at_45_degrees(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = Augmentation(rotation=45)
    half = drawn(choice)._replace(angle=45)
    monkeypatch.setattr(augmentation, "draw", lambda *_, **__: half)
    assert variant(np.full((96, 96, 3), 255, np.uint8), choice).min() == 255
    assert np.abs(variant(picture(), choice) - sampled(picture(), half)).max() <= 1.01


# --- colours -----------------------------------------------------------------------------------------------


def grey_of(pixels: Pixels) -> np.ndarray:
    return pixels @ GREY


def test_brightness_scales_the_mean() -> None:
    pixels, choice = picture(), Augmentation(brightness=0.15)
    for number in range(1, 20):
        ratio = variant(pixels, choice, number).mean() / pixels.mean()
        assert 0.85 - 0.01 < ratio < 1.15 + 0.01
        assert ratio == pytest.approx(drawn(choice, number).brightness, abs=0.005)


def test_contrast_scales_the_spread_about_the_mean_grey() -> None:
    pixels, choice = picture(), Augmentation(contrast=0.15)
    for number in range(1, 20):
        after, factor = variant(pixels, choice, number), drawn(choice, number).contrast
        assert grey_of(after).mean() == pytest.approx(grey_of(pixels).mean(), abs=0.3)
        assert grey_of(after).std() / grey_of(pixels).std() == pytest.approx(factor, abs=0.02)


def test_colour_scales_the_distance_to_grey() -> None:
    pixels, choice = picture(), Augmentation(colour=0.2)
    for number in range(1, 20):
        after, factor = variant(pixels, choice, number), drawn(choice, number).colour
        assert np.abs(grey_of(after) - grey_of(pixels)).max() < 1
        apart = [(p - grey_of(p)[..., None]).std() for p in (after, pixels)]
        assert apart[0] / apart[1] == pytest.approx(factor, abs=0.02)


def test_colour_and_contrast_leave_an_even_grey() -> None:
    grey = np.full((20, 30, 3), 137, np.uint8)
    assert np.array_equal(variant(grey, Augmentation(colour=0.9, contrast=0.9)), grey)


def test_colours_follow_one_another_and_are_rounded_and_clipped_once() -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    choice = Augmentation(brightness=0.9, contrast=0.9, colour=0.9)
    for number in range(1, 30):
        values = drawn(choice, number)
        steps = pixels * values.brightness
        mean = (steps @ GREY).mean()
        steps = mean + values.contrast * (steps - mean)
        grey = (steps @ GREY)[..., None]
        steps = np.clip(grey + values.colour * (steps - grey), 0, 255)
        assert np.abs(variant(pixels, choice, number) - steps).max() <= 0.501


# --- all of it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fields", [*({name: value} for name, value in ALONE.items()), ALONE], ids=str)
def test_shape_and_kind_stay(fields: dict[str, Any], shape: tuple[int, int]) -> None:
    for number in range(1, 5):
        made = variant(picture(*shape), Augmentation(**fields), number)
        assert (made.shape, made.dtype) == ((*shape, 3), np.uint8)
        # Training writes into its batches.
        assert made.flags.writeable
        assert made.flags.c_contiguous


@pytest.mark.parametrize("name", ALONE)
def test_each_operation_changes_something(name: str) -> None:
    pixels, choice = picture(), Augmentation(**{name: ALONE[name]})
    changed = [difference(variant(pixels, choice, number), pixels).mean() > 0.5 for number in range(1, 21)]
    assert sum(changed) >= 12


def test_pixels_that_are_a_view_give_the_same_variant() -> None:
    pixels = picture()
    mirrored = np.ascontiguousarray(pixels[:, ::-1])
    assert np.array_equal(variant(pixels[:, ::-1], EVERYTHING), variant(mirrored, EVERYTHING))


def test_examples_are_the_variants_from_1_on() -> None:
    pixels = picture()
    shown = examples(pixels, EVERYTHING, seed=7, sha256=SHA, count=3)
    assert len(shown) == 3
    for number, made in enumerate(shown, 1):
        assert np.array_equal(made, variant(pixels, EVERYTHING, number, seed=7))
    assert examples(pixels, EVERYTHING, seed=7, sha256=SHA, count=0) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "nothing"),
        ({"views": 4}, "nothing"),
        ({"flip": "vertical"}, "flipped top–bottom"),
        ({"flip": "both", "shift": 0.125}, "flipped left–right and top–bottom, moved up to 12.5%"),
        (
            {"flip": "horizontal", "rotation": 15, "zoom": 0.1},
            "flipped left–right, turned up to 15°, zoomed up to 10%",
        ),
        ({"crop": 0.4, "colour": 0.3}, "cropped to no less than 60% of the area, colour changed up to 30%"),
        (
            {"brightness": 0.2, "contrast": 0.07},
            "brightness changed up to 20%, contrast changed up to 7%",
        ),
    ],
)
def test_words_say_what_happens(fields: dict[str, Any], expected: str) -> None:
    assert words(Augmentation(**fields)) == expected
