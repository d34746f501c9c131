"""The EfficientNets built without weights are those that Keras builds with its ImageNet weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tlcore import backbones
from tlcore.backbones import measure, naming

SIZE_PX = 64


def as_keras_makes_it(title: str) -> Any:
    import keras

    with naming.counted_from_zero():
        return getattr(keras.applications, title)(
            include_top=False, weights="imagenet", input_shape=(SIZE_PX, SIZE_PX, 3)
        )


@pytest.mark.parametrize("name", ["efficientnet_b0", "efficientnet_v2_b0", "efficientnet_v2_s"])
def test_graph_and_output_are_those_of_keras(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras
    from keras.src.utils import file_utils

    monkeypatch.setattr(file_utils, "get_file", lambda *_, **__: "")
    monkeypatch.setattr(keras.Model, "load_weights", lambda *_: None)
    entry = backbones.get(name)
    with measure.quick_weights():
        ours, theirs = entry.build("none", SIZE_PX, Path()), as_keras_makes_it(entry.title)
    assert [layer.get_config() for layer in ours.layers] == [layer.get_config() for layer in theirs.layers]
    pixels = np.random.default_rng(0).uniform(0, 255, (1, SIZE_PX, SIZE_PX, 3))
    expected = np.asarray(theirs(pixels, training=False))
    assert np.abs(expected).max() > 0
    np.testing.assert_array_equal(ours(pixels, training=False), expected)


def test_the_second_rescaling_is_there_once_and_survives_saving(tmp_path: Path) -> None:
    import keras

    network = backbones.get("efficientnet_b0").build("none", 32, tmp_path)
    names = [layer.name for layer in network.layers]
    assert names[1:5] == ["rescaling", "normalization", "rescaling_1", "stem_conv_pad"]
    network.save(tmp_path / "b0.keras")
    loaded = keras.models.load_model(tmp_path / "b0.keras", safe_mode=True)
    assert [layer.name for layer in loaded.layers] == names
    pixels = np.full((1, 32, 32, 3), 80.0, "float32")
    np.testing.assert_array_equal(loaded(pixels, training=False), network(pixels, training=False))


def test_weights_in_the_layout_of_keras_2_are_loaded(tmp_path: Path) -> None:
    import h5py
    from keras.src.legacy.saving import legacy_h5_format

    entry = backbones.get("efficientnet_b0")
    source = entry.build("none", 32, tmp_path)
    source.get_layer("normalization").set_weights([np.float32([1, 2, 3]), np.float32([4, 5, 6]), np.array(0)])
    path = tmp_path / "b0_notop.h5"
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, source)
    network = entry.build("none", 32, tmp_path)
    network.load_weights(path)
    pixels = np.full((1, 32, 32, 3), 80.0, "float32")
    normalization = network.get_layer("normalization")
    np.testing.assert_allclose(
        normalization(pixels)[0, 0, 0], (80 - np.array([1, 2, 3])) / np.sqrt([4, 5, 6])
    )
