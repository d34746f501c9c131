"""What differs between recipes and datasets, in words."""

from dataclasses import replace

from tlcore import datasets, recipe_difference, runs
from tlcore.config import Phase, Recipe
from tlcore.datasets import Dataset
from tlcore.recipe_difference import NOT_THERE, Row
from tlcore.recipe_parts import Augmentation, BackboneChoice
from tlcore.workspace import Workspace


def test_recipes_that_are_the_same_have_no_rows() -> None:
    assert recipe_difference.of_recipes([Recipe(), Recipe()]) == []


def test_only_what_differs_is_told() -> None:
    other = Recipe.parse(
        {
            "backbone": {"image_size": 96, "fit": "crop"},
            "head": {"layers": []},
            "phases": [{"learning_rate": 0.00001, "patience": 3}],
            "seed": 7,
        }
    )
    assert recipe_difference.of_recipes([Recipe(), other, Recipe()]) == [
        Row("Picture size", ("the network's own", "96 px", "the network's own")),
        Row("Pictures that are not square", ("stretched", "cropped", "stretched")),
        Row("Head", ("dense 128 + dropout 0.2", "output layer only", "dense 128 + dropout 0.2")),
        Row("Learning rate", ("0.001", "0.00001", "0.001")),
        Row("Early stopping", ("off", "after 3 epochs", "off")),
        Row("Seed", ("0", "7", "0")),
    ]


def test_a_phase_more_is_one_row() -> None:
    two = Recipe.parse({"phases": [{"epochs": 5}, {"epochs": 1, "freeze": -20, "learning_rate": 0.0001}]})
    assert recipe_difference.of_recipes([Recipe(), two]) == [
        Row("Phase 1: Epochs", ("20", "5")),
        Row("Phase 2", (NOT_THERE, "1 epoch, last 20 trained, adam 0.0001")),
    ]


def test_variants_count_where_pictures_are_changed() -> None:
    unchanged, flipped = ({"augmentation": {"flip": flip, "views": 4}} for flip in ("none", "horizontal"))
    assert recipe_difference.of_recipes([Recipe(), Recipe.parse(unchanged)]) == []
    assert recipe_difference.of_recipes([Recipe(), Recipe.parse(flipped)]) == [
        Row("Flip", ("off", "horizontal")),
        Row("Variants of each picture", (NOT_THERE, "4")),
    ]


def test_every_choice_of_a_recipe_has_words() -> None:
    """A field that is added to the recipe must not be passed over when recipes are compared."""
    said = {*recipe_difference._RECIPE} | {"backbone", "head", "phases", "augmentation"}
    assert said == {*Recipe.model_fields}
    for part, names in (
        (BackboneChoice, recipe_difference._BACKBONE),
        (Phase, recipe_difference._PHASE),
        (Augmentation, recipe_difference._AUGMENTATION),
    ):
        assert {*names} == {*part.model_fields}


def test_datasets(workspace: Workspace, few: Dataset) -> None:
    first = runs.create(workspace, Recipe(), few)
    second = replace(first, dataset_id="0" * 16, dataset_name="gone")
    card = datasets.Card("x", "few", 36, 3, 4, 1, "", "", "")
    assert recipe_difference.of_datasets([first, first], {}) == []
    found = {row.what: row.values for row in recipe_difference.of_datasets([first, second], {few.id: card})}
    assert found["Dataset"] == ("few", "gone (deleted)")
    assert (found["Version of the dataset"], found["Pictures"]) == (("1", NOT_THERE), ("36", NOT_THERE))
    assert found["Seed of the split"] == ("4", NOT_THERE)
    assert found["Last change of the dataset"] == ("as it came in", NOT_THERE)
