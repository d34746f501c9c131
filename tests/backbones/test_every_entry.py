"""Every network on offer, without its weights: built as kept; cut exactly and trained in two phases.

One network is built for each entry, at the smallest size it takes, and serves all of these. Only the smallest
of each family is cut and trained: the others are more of the same layers. Some are cut in test_cuts.py.
"""

import gc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.test_cuts import KINDS as CUT_ELSEWHERE
from tlcore import backbones, cuts, layer_measure, plans
from tlcore.backbones import Backbone, measure
from tlcore.config import Recipe
from tlcore.models import Network

SMALLEST = {
    min(
        (entry for entry in backbones.all_backbones() if entry.family == family),
        key=lambda entry: entry.params,
    )
    for family in {entry.family for entry in backbones.all_backbones()}
}

each = pytest.mark.parametrize("entry", backbones.all_backbones(), ids=lambda entry: entry.name)


@pytest.fixture(autouse=True)
def _memory_is_given_back() -> Iterator[None]:
    import keras

    yield
    keras.utils.clear_session()
    gc.collect()


@each
def test_it_is_built_as_kept_cut_and_trained(entry: Backbone) -> None:
    recipe = Recipe.parse(
        {
            "backbone": {
                "name": entry.name,
                "weights": "none",
                "image_size": entry.min_image_size_px,
            },
            "head": {"layers": [{"dense": 8, "activation": "linear"}]},
            "phases": [{"freeze": "all"}, {"freeze": -10}],
        }
    )
    plan = plans.make(recipe, 3)
    # Of the others nothing but the layers is looked at.
    with measure.quick_weights() if entry in SMALLEST else measure.no_weights():
        network = Network(plan, Path())
    check_the_kept_layers(entry, network.backbone)
    if entry not in SMALLEST:
        return
    pixels = np.random.default_rng(0).uniform(0, 255, (2, *network.backbone.input_shape[1:]))
    if entry.name not in CUT_ELSEWHERE:
        check_three_cuts(entry, network.backbone, pixels[:1].astype("float32"))
    for number in range(2):
        check_a_training_step(network, number, pixels.astype("float32"))


def check_the_kept_layers(entry: Backbone, network: Any) -> None:
    assert network.name == entry.name
    assert entry.layers(entry.min_image_size_px) == layer_measure.layers_of(network)
    assert entry.params == network.count_params()


def check_three_cuts(entry: Backbone, network: Any, pixels: np.ndarray) -> None:
    x = entry.preprocess(pixels)
    expected = np.asarray(network(x, training=False))
    assert np.abs(expected).max() > 1e-9
    layers = entry.layers()
    points = cuts.cut_points(layers)
    for point in (points[len(points) // 3], points[len(points) // 2], points[-2]):
        prefix, suffix = cuts.split(network, layers[point].name)
        found = np.asarray(suffix(prefix(x, training=False), training=False))
        assert np.abs(found - expected).max() <= 1e-6 * np.abs(expected).max(), layers[point].name


def check_a_training_step(network: Network, number: int, pixels: np.ndarray) -> None:
    import keras

    plan = network.plan.phases[number]
    network.freeze(plan)
    prefix = network.prefix(plan)
    assert prefix is not None
    features = np.asarray(prefix.model(pixels, training=False))
    assert features.shape[1:] == plan.feature_shape
    suffix = network.suffix(plan, network.recipe.phases[number])
    # The class it believes in least, or there might be nothing to learn.
    answers = np.asarray(suffix(features, training=False)).argmin(axis=1)
    suffix.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", run_eagerly=True)
    before, head_before = checksums(network.backbone.layers), checksums(network.head)
    suffix.train_on_batch(features, answers)
    after, head_after = checksums(network.backbone.layers), checksums(network.head)
    trained = {
        weight.path
        for layer in network.backbone.layers[plan.frozen_layers :]
        for weight in layer.trainable_weights
    }
    assert bool(trained) == (number == 1)
    changed = {path for path in before if before[path] != after[path]}
    assert changed <= trained
    # With weights that were never trained a gradient may be too small to show.
    assert len(changed) >= 0.8 * len(trained)
    assert all(head_before[path] != head_after[path] for path in head_before)


def checksums(layers: list[Any]) -> dict[str, int]:
    return {
        weight.path: zlib.adler32(np.ascontiguousarray(weight.numpy()).data)
        for layer in layers
        for weight in layer.weights
    }
