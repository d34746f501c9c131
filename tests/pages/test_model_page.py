"""The Model page by AppTest: the head and the program; each control changes the recipe on disk."""

import pytest

from tests.pages.recipe_pages import Page
from tlcore import presets, recipes
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace


def test_layers_are_added_moved_and_removed(model: Page) -> None:
    model.click("Add batch normalization")
    kinds = [next(iter(layer)) for layer in model.recipe.to_json()["head"]["layers"]]
    assert kinds == ["dense", "dropout", "batch_normalization"]
    model.click("Down").click("Up", 2)
    kinds = [next(iter(layer)) for layer in model.recipe.to_json()["head"]["layers"]]
    assert kinds == ["dropout", "batch_normalization", "dense"]
    assert "→ 1,280 numbers · 5,120 parameters" in model.words
    model.set("selectbox", "L2", 1e-4).set("selectbox", "Activation", "gelu")
    layer = model.recipe.head.layers[2]
    assert (layer.l2, layer.activation) == (1e-4, "gelu")
    model.set("select_slider", "Dropout 1: share", 0.5)
    assert model.recipe.head.layers[0].dropout == 0.5


@pytest.mark.parametrize("key", list(presets.HEADS))
def test_ready_made_heads(model: Page, key: str) -> None:
    model.set("menu_button", "Ready-made head", key)
    assert model.recipe.head == presets.HEADS[key][1]


def test_values_beyond_what_the_page_offers_are_shown(at_home: Workspace, few: Dataset) -> None:
    head = [{"dropout": 0.97}, {"dense": 7, "l2": 0.123}]
    page = Page(at_home, "Model", few, head__layers=head, loss="binary_crossentropy", label_smoothing=0.49)
    assert page.find("select_slider", "Dropout 1: share").value == 0.97
    assert page.find("selectbox", "L2").value == 0.123
    assert page.find("select_slider", "Label smoothing").value == 0.49
    page.click("Add dropout")
    assert page.recipe.head.layers[0].dropout == 0.97


def test_the_program_is_shown_and_taken_away(model: Page) -> None:
    assert not model.app.code
    model.open("program")
    assert "import keras" in model.app.code[0].value
    assert [button.label for button in model.app.get("download_button")] == ["Python file", "Notebook"]


def test_a_link_keeps_what_a_recipe_says(at_home: Workspace) -> None:
    recipe = Recipe().with_changes({"batch_size": 48, "seed": 7, "backbone.image_size": 200})
    page = Page(at_home, "Model", None, batch_size=48, seed=7, backbone__image_size=200)
    assert page.recipe == recipe
    assert page.find("selectbox", "Picture size").value == 200
    page.click("Add dropout")
    assert (page.recipe.batch_size, page.recipe.backbone.image_size) == (48, 200)
    assert recipes.load(at_home, recipe.id) == recipe
