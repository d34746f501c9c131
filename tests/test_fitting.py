"""How pictures become squares: pixel by pixel, and nowhere mixed up."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from tlcore import evaluation, features, fitting, images, runs, runtimes, training
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.errors import RecipeError
from tlcore.features import View, features_key
from tlcore.fitting import FITS, fitted, pil_code
from tlcore.predict import Predictor, said
from tlcore.recipe_parts import Fit
from tlcore.runs import Run
from tlcore.workspace import Workspace

SMALL = {"name": "vgg16", "weights": "none", "image_size": 32, "cut_at": "block2_pool"}


def noise(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(width * 2000 + height).integers(0, 256, (height, width, 3))
    return Image.fromarray(pixels.astype(np.uint8))


def pixels(image: Image.Image) -> Any:
    return np.asarray(image)


def test_stretching_is_what_it_always_was() -> None:
    picture = noise(50, 20)
    assert fitted(picture, 16, "stretch") == picture.resize((16, 16), Image.Resampling.BILINEAR)


@pytest.mark.parametrize("turned", [False, True])
def test_a_crop_keeps_the_middle_pixel_by_pixel(turned: bool) -> None:
    wide = noise(12, 4)
    expected = pixels(wide)[:, 4:8]
    picture = wide.transpose(Image.Transpose.TRANSPOSE) if turned else wide
    found = pixels(fitted(picture, 4, "crop"))
    assert np.array_equal(found, expected.transpose(1, 0, 2) if turned else expected)


@pytest.mark.parametrize("turned", [False, True])
def test_padding_keeps_every_pixel_on_white(turned: bool) -> None:
    wide = noise(12, 4)
    expected = np.full((12, 12, 3), 255, np.uint8)
    expected[4:8] = pixels(wide)
    picture = wide.transpose(Image.Transpose.TRANSPOSE) if turned else wide
    found = pixels(fitted(picture, 12, "pad"))
    assert np.array_equal(found, expected.transpose(1, 0, 2) if turned else expected)


@pytest.mark.parametrize("size", [(31, 14), (14, 31), (300, 20)])
def test_what_is_cropped_or_padded_is_resized_as_ever(size: tuple[int, int]) -> None:
    """By the same filter as a square picture of the same pixels."""
    picture = noise(*size)
    width, height = size
    side, longer = min(size), max(size)
    left, top = (width - side) / 2, (height - side) / 2
    box = (left, top, left + side, top + side)
    assert fitted(picture, 8, "crop") == picture.resize((8, 8), Image.Resampling.BILINEAR, box=box)
    square = Image.new("RGB", (longer, longer), (255, 255, 255))
    square.paste(picture, (round((longer - width) / 2), round((longer - height) / 2)))
    assert fitted(picture, 8, "pad") == fitted(square, 8, "stretch")


def test_a_picture_one_pixel_wide() -> None:
    thin = noise(1, 9)
    column = pixels(thin)[:, 0]
    assert np.array_equal(pixels(fitted(thin, 9, "stretch")), np.repeat(column[:, None], 9, axis=1))
    # Enlarged, so that it shades off into its neighbours.
    above, middle, below = (column[row].astype(float) for row in (3, 4, 5))
    shaded = np.round([(above + 2 * middle) / 3, middle, (below + 2 * middle) / 3])
    assert np.array_equal(pixels(fitted(thin, 3, "crop")), np.repeat(shaded[:, None], 3, axis=1))
    padded = np.full((9, 9, 3), 255, np.uint8)
    padded[:, 4] = column
    assert np.array_equal(pixels(fitted(thin, 9, "pad")), padded)


def test_the_thinnest_picture_that_is_kept_leaves_a_trace() -> None:
    black = Image.new("RGB", (1, images.MAX_SIDE_PX))
    found = pixels(fitted(black, 64, "pad"))
    assert found.shape == (64, 64, 3)
    assert found[:, :30].min() == found[:, 34:].min() == 255
    assert found[32, 30:34].min() < 255


@pytest.mark.parametrize("fit", FITS)
def test_a_square_picture_is_the_same_with_each(fit: Fit) -> None:
    assert fitted(noise(20, 20), 8, fit) == fitted(noise(20, 20), 8, "stretch")


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("size", [(31, 14), (14, 31), (1, 9), (1, 1), (20, 20)])
def test_the_code_to_take_away_does_the_same(fit: Fit, size: tuple[int, int]) -> None:
    image = noise(*size)
    space = {"image": image, "Image": Image, "ImageOps": ImageOps, "SIZE": 8}
    assert eval(pil_code(fit, 8), space) == fitted(image, 8, fit)
    assert eval(pil_code(fit, "SIZE"), space) == fitted(image, 8, fit)


def test_many_pictures_that_lose_much_are_told() -> None:
    # 3:2 loses a third exactly, which is not more than a third.
    assert fitting.often_cut([(300, 200)] * 10) is None
    assert fitting.often_cut([(90, 160)] * 2 + [(10, 10)] * 8) == 0.2
    assert fitting.often_cut([(160, 90)] + [(10, 10)] * 8) is None
    assert fitting.often_cut([]) is None


def test_recipes_from_before_keep_their_ids() -> None:
    """Ids in links and file names, written down before there was a choice."""
    old = Recipe().to_json()
    del old["backbone"]["fit"]
    assert Recipe.parse(old).id == Recipe().id == "d5099a35b21e6131"
    others = {Recipe().changed("backbone.fit", fit).id for fit in FITS}
    assert len(others) == 3
    assert Recipe().id in others
    with pytest.raises(RecipeError, match=r"^backbone\.fit: should be 'stretch', 'crop' or 'pad'\. Received"):
        Recipe().changed("backbone.fit", "squeeze")


def test_caches_of_different_fits_never_mix(workspace: Workspace, few: Dataset) -> None:
    keys = {fit: features_key(few.items, None, 16, View(fit=fit)) for fit in FITS}
    assert len(set(keys.values())) == 3
    # As it was named before there was a choice.
    assert View().key == []
    made = {fit: features.prepare(workspace, few, None, 16, View(fit=fit)) for fit in FITS}
    for fit, one in made.items():
        assert not one.reused
        expected = np.stack([images.load_rgb(few.path(item), 16, fit) for item in few.items])
        assert np.array_equal(one.array, expected)
    assert not np.array_equal(made["crop"].array, made["pad"].array)
    assert features.prepare(workspace, few, None, 16, View(fit="pad")).reused


def test_pictures_are_changed_after_they_are_fitted(workspace: Workspace, few: Dataset) -> None:
    changes = Recipe.parse({"augmentation": {"flip": "horizontal", "views": 4}}).augmentation
    view = View(2, changes, 0, "pad")
    made = features.prepare(workspace, few, None, 16, view)
    padded = [images.load_rgb(few.path(item), 16, "pad") for item in few.items]
    expected = [view.apply(one, item) for one, item in zip(padded, few.items, strict=True)]
    assert np.array_equal(made.array, np.stack(expected))
    assert not np.array_equal(made.array, np.stack(padded))


def trained(workspace: Workspace, dataset: Dataset, fit: Fit) -> Run:
    recipe = Recipe.parse(
        {"backbone": SMALL | {"fit": fit}, "head": {"layers": []}, "phases": [{"epochs": 1}]}
    )
    run = runs.create(workspace, recipe, dataset)
    training.train(workspace, run)
    assert run.events()[-1]["event"] == "done", run.events()[-1]
    return run


def test_a_run_predicts_on_the_pixels_it_was_trained_on(
    shared_workspace: Workspace, few: Dataset, tmp_path: Path
) -> None:
    """Two runs that differ in the fit alone: other features, one shared graph of the frozen layers."""
    workspace = shared_workspace
    keys, answers, prefixes = [], [], set()
    item = max(few.of(Split.VAL), key=lambda item: fitting.elongation(item.width_px, item.height_px))
    for fit in ("crop", "pad"):
        run = trained(workspace, few, fit)
        keys += [key for line in run.events() if line["event"] == "features_ready" for key in line["keys"]]
        judged = evaluation.load(run).splits[Split.VAL].pictures
        training_said = next(one.probabilities for one in judged if one.file == item.file)
        predictor = Predictor(workspace, run)
        kept = [*predictor.predict_kept(few.path(item)).probabilities.values()]
        assert kept == pytest.approx(training_said, abs=1e-4)
        # A picture as somebody brings it. It is a PNG, so that nothing is lost when it is encoded anew.
        brought = tmp_path / f"{fit}.png"
        with Image.open(few.path(item)) as picture:
            picture.resize((picture.width // 2, picture.height // 2)).save(brought)
        with Image.open(brought) as picture:
            (expected,) = said(run, predictor._raw(images.to_pixels(picture, 32, fit)))
        assert predictor.predict_file(brought) == expected
        answers.append(training_said)
        prefixes.add(runtimes.read_record(run).prefix)
    assert len(set(keys)) == 2
    assert answers[0] != pytest.approx(answers[1], abs=1e-4)
    assert len(prefixes) == 1
