"""Preprocessing as layers: equal to Keras' functions, without weights, and saved inside the model."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from tlcore import backbones
from tlcore.backbones import Backbone
from tlcore.backbones.preprocessing import preprocess

each = pytest.mark.parametrize("entry", backbones.all_backbones(), ids=lambda entry: entry.name)


def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3)).astype("float32")


def expected(entry: Backbone, x: np.ndarray) -> np.ndarray:
    if entry.preprocessing == "lite":
        return (x - 127) / 128
    # The weights of both generations of ResNet lie in one folder.
    is_second = entry.family == "ResNet" and entry.name.endswith("_v2")
    module = "resnet_v2" if is_second else entry.weights_file.keras_url.split(".")[0]
    keras_preprocess = importlib.import_module(f"keras.applications.{module}").preprocess_input
    return np.asarray(keras_preprocess(x.copy()))


@each
def test_equals_keras_also_after_saving(entry: Backbone, tmp_path: Path) -> None:
    import keras

    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, entry.preprocess(inputs))
    if entry.preprocessing == "none":
        np.testing.assert_array_equal(expected(entry, pixels()), pixels())
        return
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    assert model.count_params() == 0
    np.testing.assert_allclose(model(pixels()), expected(entry, pixels()), atol=2e-5)
    np.testing.assert_array_equal(loaded(pixels()), model(pixels()))


def test_none_changes_nothing() -> None:
    x = pixels()
    assert preprocess(x, "none") is x
