from pathlib import Path

import pytest

from tlcore.config import Recipe
from tlcore.errors import RecipeError

DESIGN = """
backbone: {name: efficientnet_lite0, weights: imagenet, image_size: 224, cut_at: null}
head:
  pooling: avg
  layers: [{dense: 128, activation: relu}, {dropout: 0.2}]
phases:
  - {epochs: 10, freeze: all, optimizer: adam, learning_rate: 0.001}
  - {epochs: 5,  freeze: 100, optimizer: adam, learning_rate: 0.00001}
batch_size: 32
augmentation: {flip: horizontal, views: 4}
loss: sparse_categorical_crossentropy
seed: 0
"""


def test_the_recipe_of_the_design_survives_yaml_and_json(tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(DESIGN)
    recipe = Recipe.load(file)
    assert recipe.phases[1].freeze == 100
    assert recipe.epochs == 15
    file.write_text(recipe.to_yaml())
    assert Recipe.load(file) == recipe
    assert Recipe.parse(recipe.to_json()).id == recipe.id


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("backbone.name", "vgg16", lambda r: r.backbone.name),
        ("phases.0.epochs", 3, lambda r: r.phases[0].epochs),
        ("phases.0.freeze", "none", lambda r: r.phases[0].freeze),
        ("phases.0.freeze", -10, lambda r: r.phases[0].freeze),
        ("phases.0.learning_rate", 1e-5, lambda r: r.phases[0].learning_rate),
        ("head.pooling", "flatten", lambda r: r.head.pooling),
        ("head.layers.0.dense", 7, lambda r: r.head.layers[0].dense),
    ],
)
def test_a_dotted_key_changes_one_value(key: str, value: object, read) -> None:
    recipe = Recipe()
    assert read(recipe.changed(key, value)) == value
    assert recipe == Recipe()


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("phases.0.epochs", 0, "phases.0.epochs: should be greater than or equal to 1. Received: 0."),
        ("head.pooling", "mean", "head.pooling: should be 'avg', 'max' or 'flatten'. Received: mean."),
        ("head.poolin", "avg", "The recipe has no 'head.poolin'. Did you mean 'pooling'?"),
        (
            "head.layers",
            [{"dens": 8}],
            "head.layers.0: A head layer is {dense: units}, {dropout: share} or {batch_normalization: true}. "
            "Received: {'dens': 8}.",
        ),
        (
            "head.layers",
            [{"dense": 0}],
            "head.layers.0.dense: should be greater than or equal to 1. Received: 0.",
        ),
        (
            "head.layers",
            [{"dense": 8, "activaton": "relu"}],
            "The recipe has no 'head.layers.0.activaton'. Did you mean 'activation'?",
        ),
        ("phases.3.epochs", 1, "'phases.3.epochs': '3' is no position in a list of 1; count from 0."),
        (
            "phases.0.learning_rate",
            float("nan"),
            "phases.0.learning_rate: should be a finite number. Received: nan.",
        ),
        (
            "phases.0.freeze",
            True,
            "phases.0.freeze: should be all, none, a number of layers, or the name of the first trained "
            "layer. Received: True.",
        ),
        ("phases", [], "phases: Tuple should have at least 1 item after validation, not 0. Received: []."),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_one_sentence(key: str, value: object, sentence: str) -> None:
    with pytest.raises(RecipeError) as refused:
        Recipe().changed(key, value)
    assert str(refused.value) == sentence


def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    with pytest.raises(RecipeError, match=r"There is no recipe file 'recipe.yaml'"):
        Recipe.load(file)
    file.write_text("{a: [")
    with pytest.raises(RecipeError, match="not valid YAML"):
        Recipe.load(file)
    with pytest.raises(RecipeError, match="cannot be read"):
        Recipe.load(tmp_path)
    file.write_text("- a list")
    with pytest.raises(RecipeError, match="A recipe is a mapping"):
        Recipe.load(file)


def test_equal_recipes_have_equal_ids_and_others_have_others() -> None:
    assert Recipe().id == Recipe.parse({}).id
    assert Recipe().changed("seed", 1).id != Recipe().id


def test_the_summary_says_what_matters() -> None:
    recipe = Recipe().changed("phases.0.freeze", -10)
    assert (
        recipe.summary() == "efficientnet_lite0 · last 10 trained · avg + dense 128 + dropout 0.2 · 20 epochs"
    )


def test_the_summary_of_the_default_says_no_more() -> None:
    assert Recipe().summary() == (
        "efficientnet_lite0 · all frozen · avg + dense 128 + dropout 0.2 · 20 epochs"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"backbone.weights": "none"}, "efficientnet_lite0 from scratch"),
        ({"backbone.weights": "mine.h5"}, "efficientnet_lite0 with mine.h5"),
        ({"backbone.image_size": 128}, "efficientnet_lite0 at 128 px"),
        ({"backbone.fit": "pad"}, "efficientnet_lite0 on padded pictures"),
        ({"backbone.cut_at": "block5c_add"}, "efficientnet_lite0 up to block5c_add"),
        ({"head.layers": [{"dense": 8, "activation": "gelu", "l2": 1e-5}]}, "avg + dense 8 gelu L2 0.00001"),
        ({"phases": [{"epochs": 10}, {"epochs": 5}]}, "10 + 5 epochs"),
        ({"phases.0.learning_rate": 1e-5}, "adam 0.00001"),
        ({"phases": [{}, {"learning_rate": 0.003}]}, "adam 0.001 → adam 0.003"),
        ({"phases": [{"optimizer": "lion"}] * 2}, "20 + 20 epochs · lion 0.001"),
        (
            {"phases": [{"optimizer": "sgd", "learning_rate": 1.0, "momentum": 0.9}]},
            "sgd 1 momentum 0.9",
        ),
        ({"phases.0.schedule": "cosine"}, "adam 0.001 cosine"),
        ({"phases.0.warmup_epochs": 2}, "adam 0.001 warm-up 2"),
        ({"phases.0.weight_decay": 0.0}, "adam 0.001 decay 0"),
        ({"phases.0.clip_norm": 1.0}, "adam 0.001 clipped at 1"),
        ({"phases.0.patience": 8}, "adam 0.001 patience 8"),
        ({"phases.0.batch_normalization": "trained"}, "adam 0.001 statistics trained"),
        ({"loss": "binary_crossentropy"}, "sigmoid"),
        ({"class_weights": "balanced"}, "classes balanced"),
        ({"loss": "categorical_crossentropy", "label_smoothing": 0.1}, "label smoothing 0.1"),
        ({"augmentation": {"flip": "both", "views": 4}}, "flipped ×4"),
        ({"augmentation": {"flip": "both", "zoom": 0.1, "views": 4}}, "augmented ×4"),
        ({"augmentation": {"zoom": 0.1, "views": "fresh"}}, "augmented fresh"),
        ({"batch_size": 8}, "batches of 8"),
        ({"seed": 3}, "seed 3"),
    ],
)
def test_the_summary_tells_runs_apart(changes: dict[str, object], words: str) -> None:
    parts = Recipe().with_changes(changes).summary()
    assert f" · {words} · " in f" · {parts} · "


def test_variants_without_a_change_are_not_worth_a_word() -> None:
    assert Recipe().changed("augmentation.views", 4).summary() == Recipe().summary()
