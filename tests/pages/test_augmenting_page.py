"""The augmentation on the Train page by AppTest."""

import pytest

from tests.pages.recipe_pages import Page
from tlcore import presets
from tlcore.datasets import Dataset
from tlcore.errors import RecipeError
from tlcore.workspace import Workspace


@pytest.mark.parametrize("key", list(presets.AUGMENTATIONS))
def test_ready_made_augmentations(train: Page, key: str) -> None:
    train.set("button_group", "Ready-made", key)
    assert train.recipe.augmentation == presets.AUGMENTATIONS[key][1]
    assert len(train.app.image) == (0 if key == "none" else 6)


def test_the_first_change_brings_variants(train: Page) -> None:
    assert not train.has("button_group", "Variants")
    train.set("select_slider", "Rotation", 20.0)
    assert (train.recipe.augmentation.rotation, train.recipe.augmentation.views) == (20.0, 4)
    assert "turned up to 20°" in train.words
    assert "4 variants of 36 pictures are computed once and kept, 737 kB on disk" in train.words
    train.set("select_slider", "Variants of each picture", 1)
    assert "With one variant this is never seen" in train.words
    # A second change leaves the number alone.
    train.set("select_slider", "Variants of each picture", 8).set("button_group", "Flip", "both")
    assert train.recipe.augmentation.views == 8


@pytest.mark.parametrize("label", ["Zoom", "Shift", "Crop", "Brightness", "Contrast", "Colour"])
def test_each_change_is_written(train: Page, label: str) -> None:
    train.set("select_slider", label, 0.2)
    assert getattr(train.recipe.augmentation, label.lower()) == 0.2


def test_fresh_variants_say_what_they_cost(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Train", few, augmentation={"flip": "horizontal", "views": 4})
    page.set("button_group", "Variants", "fresh")
    assert page.recipe.augmentation.views == "fresh"
    assert "in every epoch all layers run for every picture" in page.words
    assert not page.has("select_slider", "Variants of each picture")
    page.set("button_group", "Variants", "fixed")
    assert page.recipe.augmentation.views == 4


def test_another_picture_is_shown(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Train", few, augmentation={"flip": "both", "views": 2})

    def alt() -> str:
        return str(page.app.image[0].proto.imgs[0].alt)

    first = alt()
    assert first.startswith("The picture itself: ")
    page.click("Another picture")
    assert alt() != first


def test_a_missing_picture_is_said(at_home: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: object) -> None:
        raise RecipeError("The picture is missing.")

    monkeypatch.setattr("tlcore.images.load_rgb", gone)
    page = Page(at_home, "Train", few, augmentation={"flip": "both", "views": 2})
    assert "The picture is missing" in page.words
    assert page.has("button", "Start training")
