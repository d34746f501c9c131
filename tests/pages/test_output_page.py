"""The output on the Model page by AppTest: the loss follows from it, and fits the labels."""

from dataclasses import replace

import pytest

from tests import pictures
from tests.pages.recipe_pages import Page
from tests.pictures import taken
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace


def test_the_loss_follows_from_output_and_smoothing(model: Page) -> None:
    assert model.recipe.loss == "sparse_categorical_crossentropy"
    model.set("select_slider", "Label smoothing", 0.1)
    assert (model.recipe.loss, model.recipe.label_smoothing) == ("categorical_crossentropy", 0.1)
    model.set("button_group", "Each picture has", "sigmoid")
    assert (model.recipe.loss, model.recipe.label_smoothing) == ("binary_crossentropy", 0.1)
    assert "3 units, sigmoid" in model.words
    model.set("select_slider", "Label smoothing", 0.0)
    assert model.recipe.loss == "binary_crossentropy"
    model.set("button_group", "Each picture has", "softmax")
    assert model.recipe.loss == "sparse_categorical_crossentropy"
    model.set("toggle", "Balance rare classes", True)
    assert model.recipe.class_weights == "balanced"
    model.set("toggle", "Balance rare classes", False)
    assert model.recipe.class_weights == "none"


@pytest.mark.parametrize("page", ["Model", "Train"])
def test_several_labels_ask_for_another_output(
    at_home: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    first, *rest = few.items
    several = replace(few, items=(replace(first, more=(1,)), *rest))
    monkeypatch.setattr("tlcore.datasets.load", lambda workspace, id: several)
    app = Page(at_home, page, few)
    assert "Some of your pictures have several labels" in app.words
    assert not app.app.error
    app.click("Switch to several labels")
    assert app.recipe.loss == "binary_crossentropy"
    assert "Some of your pictures have several labels" not in app.words


def test_the_card_says_whose_the_counts_are(
    at_home: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = replace(few, items=(replace(few.items[0], more=(1,)), *few.items[1:]))
    monkeypatch.setattr("tlcore.datasets.load", lambda workspace, id: several)
    page = Page(at_home, "Model", few)
    assert page.find("button_group", "Each picture has").value == "softmax"
    assert "With several labels: 3 units, sigmoid" in page.words
    assert "Output layer:" not in page.words
    page.click("Switch to several labels")
    assert page.find("button_group", "Each picture has").value == "sigmoid"
    assert "Output layer: 3 units, sigmoid" in page.words


@pytest.mark.parametrize("page", ["Model", "Train"])
def test_a_yes_or_no_of_each_class_is_taken_back(at_home: Workspace, few: Dataset, page: str) -> None:
    app = Page(at_home, page, few, loss="binary_crossentropy", label_smoothing=0.1)
    assert "Each of your pictures has one label" in app.words
    assert not app.app.warning
    app.click("Switch to one label")
    assert app.recipe == Recipe(loss="categorical_crossentropy", label_smoothing=0.1)
    assert "Each of your pictures has one label" not in app.words


def test_of_two_classes_one_yes_or_no_is_enough(home: Workspace) -> None:
    two = taken(home, pictures.classes("cats", "dogs"))
    page = Page(home, "Model", two, loss="binary_crossentropy")
    assert "Output layer: 1 unit, sigmoid" in page.words
    assert not page.has("button", "Switch to one label")
