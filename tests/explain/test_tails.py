"""Every operation of a head against Keras' gradient, and graphs that have no feature map."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tlcore import runs, runtimes
from tlcore.errors import RunError
from tlcore.explain import Explainer, tail
from tlcore.recipe_parts import Activation
from tlcore.runs import Run
from tlcore.workspace import Workspace, read_json, write_json

ACTIVATIONS = Activation.__args__


def every_activation(layers: Any) -> list[Any]:
    dense = [layers.Dense(8, activation=name) for name in ACTIVATIONS]
    return [layers.GlobalAveragePooling2D(), *dense, layers.BatchNormalization(), layers.Dense(3)]


HEADS: dict[str, Callable[[Any], list[Any]]] = {
    "every activation": every_activation,
    "largest of a map, batch normalization first": lambda layers: [
        layers.GlobalMaxPooling2D(),
        layers.BatchNormalization(),
        layers.Dense(4, activation="relu"),
        layers.Dense(3, activation="sigmoid"),
    ],
    "flatten": lambda layers: [
        layers.Flatten(),
        layers.BatchNormalization(),
        layers.Dropout(0.5),
        layers.Dense(3, activation="softmax"),
    ],
    "an own network's": lambda layers: [
        layers.ReLU(max_value=6),
        layers.GlobalAveragePooling2D(keepdims=True),
        layers.Reshape((5,)),
        layers.LeakyReLU(),
        layers.Dense(3, activation="softmax"),
    ],
}


@pytest.mark.parametrize("head", HEADS)
def test_the_gradient_is_that_of_keras(head: str, tmp_path: Path) -> None:
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(1)
    inputs = keras.Input((6, 7, 3))
    feature_map = keras.layers.Conv2D(5, 3, padding="same", name="map")(inputs)
    x = feature_map
    layers = HEADS[head](keras.layers)
    for layer in layers:
        x = layer(x)
    model = keras.Model(inputs, x)
    for layer in layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            for variable in layer.weights:
                variable.assign(keras.random.uniform(variable.shape, 0.5, 2.0, seed=3))
    file = tmp_path / "whole.tflite"
    file.write_bytes(runtimes.to_litert(model))
    pixels = np.random.default_rng(2).normal(size=(1, 6, 7, 3)).astype(np.float32)

    front, rest = tail.split([file])
    found_map = runtimes.Graph(front).run(pixels)
    values = rest.run(found_map)
    with tf.GradientTape(persistent=True) as tape:
        known = keras.Model(inputs, feature_map)(pixels)
        if isinstance(layers[0], keras.layers.ReLU):
            known = layers.pop(0)(known)
        tape.watch(known)
        x = known
        for layer in layers[:-1]:
            x = layer(x)
        scores = x @ layers[-1].kernel + layers[-1].bias
        parts = [scores[:, unit] for unit in range(3)]
    assert np.abs(found_map - known).max() < 1e-5
    assert np.abs(values[-1] - layers[-1].activation(scores)).max() < 1e-5
    for unit, score in enumerate(parts):
        expected = tape.gradient(score, known).numpy()
        assert np.abs(expected).max() > 1e-6
        assert np.abs(rest.gradient(values, unit) - expected).max() < 1e-3 * np.abs(expected).max()


@pytest.fixture
def own(trained: Run, workspace: Workspace) -> Run:
    """A run that can be given any graph."""
    shutil.copytree(trained.folder, workspace.runs / trained.id)
    run = runs.load(workspace, trained.id)
    record = read_json(run.folder / "graph.json")
    write_json(run.folder / "graph.json", {**record, "image_size_px": 8, "prefix": None})
    return run


def test_a_network_without_a_feature_map_is_told(own: Run, workspace: Workspace) -> None:
    import keras

    flat = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(3)])
    (own.folder / "suffix.tflite").write_bytes(runtimes.to_litert(flat))
    with pytest.raises(RunError, match=r"Shared run has no heat maps: they need a network that ends with a"):
        Explainer(workspace, own)


def test_a_network_that_goes_on_after_its_map_is_told(own: Run, workspace: Workspace) -> None:
    """As in a vision transformer, patches are compared with one another before the answer is made."""
    import keras

    inputs = keras.Input((8, 8, 3))
    patches = keras.layers.Reshape((16, 4))(keras.layers.Conv2D(4, 2, strides=2)(inputs))
    compared = keras.layers.Dot(axes=(2, 2))([patches, patches])
    answer = keras.layers.Dense(3, activation="softmax")(keras.layers.Flatten()(compared))
    (own.folder / "suffix.tflite").write_bytes(runtimes.to_litert(keras.Model(inputs, answer)))
    with pytest.raises(RunError, match=r"Shared run has no heat maps"):
        Explainer(workspace, own)


def test_a_damaged_graph_is_told(own: Run, workspace: Workspace) -> None:
    (own.folder / "suffix.tflite").write_bytes(b"no graph")
    with pytest.raises(RunError, match=r"The graph of Shared run is damaged"):
        Explainer(workspace, own)


def test_a_graph_that_is_not_used_is_told(own: Run, workspace: Workspace) -> None:
    record = read_json(own.folder / "graph.json")
    write_json(own.folder / "graph.json", {**record, "sentence": "It differs too much."})
    with pytest.raises(RunError, match=r"It differs too much"):
        Explainer(workspace, own)


def test_what_is_computed_here_is_held_against_the_graph(
    trained: Run, shared_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_right = tail.Tail.run
    monkeypatch.setattr(tail.Tail, "run", lambda self, values: [*run_right(self, values), np.eye(1, 3)])
    with pytest.raises(RunError, match=r"is not computed exactly"):
        Explainer(shared_workspace, trained)


def test_a_map_in_which_nothing_speaks_for_the_class(shared_workspace: Workspace, trained: Run) -> None:
    explainer = Explainer(shared_workspace, trained)
    look = explainer.look(Image.new("RGB", (10, 10), "white"))
    look.feature_map[:] = 0
    found = explainer.heat_map(look, "bird")
    assert found.is_empty
    assert found.shares.tolist() == [[0] * 7] * 7
