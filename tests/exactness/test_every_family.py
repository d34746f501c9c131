"""Caching must not change the result: each family of networks, head only and partly frozen, against Keras."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import SAMPLE
from tests.exactness import plain
from tlcore import backbones, exporters, images, intake, plans, runs, runtimes, training, warm
from tlcore.backbones import measure, weights
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.models import Network
from tlcore.runs import Run
from tlcore.runtimes import prefix_graph
from tlcore.workspace import Workspace

# TensorFlow says that it does not run the reading of the data step by step.
pytestmark = pytest.mark.filterwarnings("ignore:Even though the .*eagerly:UserWarning")

TOLERANCE = 1e-4
"""Of losses of about 1: the same float32 numbers, added up in another order."""

# The smallest network of each family, and the first layer that is trained: within a block, where there is
# one, so that frozen layers, a BatchNormalization among them, stand between the cut and it.
FAMILIES: dict[str, str | int] = {
    "convnext_tiny": -8,
    "densenet121": "conv5_block16_2_conv",
    "efficientnet_b0": "block6d_project_conv",
    "efficientnet_lite0": "block6d_project_conv",
    "efficientnet_v2_b0": "block6h_project_conv",
    "inception_v3": "conv2d_93",
    "mobilenet": "conv_pw_13",
    "mobilenet_v2": "block_15_project",
    "mobilenet_v3_small": "expanded_conv_10_project",
    "nasnet_mobile": "separable_conv_2_normal_left1_12",
    "resnet50": "conv5_block3_2_conv",
    "resnet50_v2": "conv5_block3_2_conv",
    "vgg16": "block5_conv3",
    "xception": "block14_sepconv2",
}
NORMALIZED = sorted(set(FAMILIES) - {"convnext_tiny", "vgg16"})


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("exactness") / "home")


@pytest.fixture(scope="module")
def eight(space: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Four pictures of each of two classes; six of them are trained on."""
    folder = tmp_path_factory.mktemp("eight")
    for name in ("bird", "vehicle"):
        (folder / name).mkdir()
        for file in sorted((SAMPLE / name).iterdir())[:4]:
            (folder / name / file.name).write_bytes(file.read_bytes())
    return intake.take(space, folder, name="eight")


@pytest.fixture(autouse=True)
def history_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Step by step: tracing and converting so many networks takes minutes, and the arithmetic is the same.

    The head alone and some layers of EfficientNet-Lite0 and VGG16 are traced and converted in test_training.
    """
    import tensorflow as tf

    refused = prefix_graph.Verdict("", -1.0, "No graph was made.")
    monkeypatch.setattr(prefix_graph, "obtain", lambda *args: refused)
    monkeypatch.setattr(runtimes, "convert", lambda *args: None)
    monkeypatch.setattr(exporters, "save_keras", lambda *args: None)
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def recipe_of(name: str, *phases: dict[str, Any]) -> Recipe:
    size = backbones.get(name).min_image_size_px
    common = {"optimizer": "sgd", "learning_rate": 0.01}
    return Recipe.parse({
        "backbone": {"name": name, "weights": "none", "image_size": size},
        "head": {"layers": [{"dense": 8, "activation": "tanh"}]},
        "phases": [common | phase for phase in phases],
        "batch_size": 8,
    })  # fmt: skip


def lively(name: str, dataset: Dataset) -> Any:
    """A network whose random weights give features that differ from picture to picture.

    As they are made its activations fade layer by layer: the statistics of BatchNormalization are those of no
    pictures, and ConvNeXt scales each block by a millionth.
    """
    entry = backbones.get(name)
    size = entry.min_image_size_px
    with measure.quick_weights():
        network = entry.build("none", size, Path())
    normalizations = [layer for layer in network.layers if type(layer).__name__ == "BatchNormalization"]
    usual = [layer.momentum for layer in normalizations]
    for layer in normalizations:
        layer.momentum = 0.0
    for layer in network.layers:
        if type(layer).__name__ == "LayerScale":
            layer.gamma.assign(np.full(layer.gamma.shape, 0.5))
    if normalizations:
        pixels = np.stack([images.load_rgb(dataset.path(item), size) for item in dataset.items])
        network(entry.preprocess(pixels.astype(np.float32)), training=True)
    for layer, momentum in zip(normalizations, usual, strict=True):
        layer.momentum = momentum
    return network


def both(space: Workspace, dataset: Dataset, recipe: Recipe) -> tuple[Run, np.ndarray]:
    """A run on cached features, and the history of plain Keras from the same weights."""
    name, size = recipe.backbone.name, recipe.backbone.image_size
    network = lively(name, dataset)
    values = network.get_weights()
    # The next to come finds it, as a run finds the network of the run before it.
    key = (name, size, weights.random_id(recipe.seed))
    warm.give_back(key, network)
    run = runs.create(space, recipe, dataset)
    training.train(space, run)
    network.set_weights(values)
    warm.give_back(key, network)
    return run, plain.history(Network(plans.for_dataset(recipe, dataset, space), space.weights), dataset)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family(name: str, space: Workspace, eight: Dataset) -> None:
    """The head alone; then some layers with it; then their BatchNormalization, too, where there is one."""
    inner = {"epochs": 1, "freeze": FAMILIES[name]}
    follows = inner | {"batch_normalization": "trained"}
    # NASNet has no cut between its stem and its end: nearly all of it is run in each epoch.
    both_ways = name in NORMALIZED and name != "nasnet_mobile"
    some = [inner, follows] if both_ways else [follows if name in NORMALIZED else inner]
    run, expected = both(space, eight, recipe_of(name, {"epochs": 1, "freeze": "all"}, *some))
    layers = [layer.name for layer in backbones.get(name).layers(run.recipe.backbone.image_size)]
    told = [event["cut_point"] for event in run.events() if event["event"] == "phase"]
    assert told[0] == layers[-1]
    assert set(told[1:]) <= set(layers[:-1])
    assert plain.curve(run).shape == expected.shape == (1 + len(some), 4)
    np.testing.assert_allclose(plain.curve(run), expected, rtol=0, atol=TOLERANCE)
    # Each epoch learned something, so there was something to differ in.
    assert np.abs(np.diff(expected[:, 0])).min() > 10 * TOLERANCE
