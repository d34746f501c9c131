"""Building: names that stay, weights that are the right ones or an error, sizes that are checked."""

from pathlib import Path

import numpy as np
import pytest

from tlcore import backbones
from tlcore.backbones import weights
from tlcore.errors import RecipeError, WeightsUnavailable


@pytest.fixture(autouse=True)
def _no_cache_and_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(weights, "_url", lambda file: f"http://127.0.0.1:9/{file.name}")


def test_layer_names_are_the_same_at_each_build(tmp_path: Path) -> None:
    entry = backbones.get("inception_v3")  # most of its names are automatic
    first, second = (entry.build("none", 75, tmp_path) for _ in range(2))
    names = [layer.name for layer in entry.layers()]
    assert [layer.name for layer in first.layers] == names
    assert [layer.name for layer in second.layers] == names
    assert second.name == "inception_v3"


def test_layers_made_afterwards_take_no_name_from_inside(tmp_path: Path) -> None:
    import keras

    network = backbones.get("inception_v3").build("none", 75, tmp_path)
    made = keras.layers.BatchNormalization().name
    assert made not in {layer.name for layer in network.layers}


def test_weights_from_the_workspace_are_the_ones_in_the_network(tmp_path: Path) -> None:
    entry = backbones.get("mobilenet_v2")
    source = entry.build("none", 32, tmp_path)
    save_as_keras_2_did(source, tmp_path / entry.weights_file.name)
    network = entry.build("imagenet", 64, tmp_path)
    for loaded, saved in zip(network.get_weights(), source.get_weights(), strict=True):
        np.testing.assert_array_equal(loaded, saved)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    entry = backbones.get("mobilenet_v2")
    save_as_keras_2_did(
        backbones.get("vgg16").build("none", 32, tmp_path), tmp_path / entry.weights_file.name
    )
    with pytest.raises(
        WeightsUnavailable, match=r"_no_top.h5 is damaged or made for another network\. Delete"
    ):
        entry.build("imagenet", 64, tmp_path)


def test_a_file_that_is_no_hdf5_is_refused(tmp_path: Path) -> None:
    entry = backbones.get("mobilenet_v2")
    (tmp_path / entry.weights_file.name).write_bytes(b"<html>Please log in</html>")
    with pytest.raises(WeightsUnavailable, match="is damaged or made for another network"):
        entry.build("imagenet", 64, tmp_path)


@pytest.mark.parametrize(
    "entry",
    [entry for entry in backbones.all_backbones() if entry.weights_file.keras_url],
    ids=lambda e: e.name,
)
def test_without_weights_there_is_no_network(entry: backbones.Backbone, tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable) as caught:
        entry.build("imagenet", entry.image_size_px, tmp_path)
    assert f"Put {entry.weights_file.name} (" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_an_image_too_small(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        backbones.get("inception_v3").build("none", 74, tmp_path)
    assert str(caught.value) == (
        "InceptionV3 takes images of 75 px or more, not 74. Choose 75 or more; 299 is what it was trained on."
    )


def test_weights_from_a_file_of_ones_own(tmp_path: Path) -> None:
    entry = backbones.get("mobilenet_v2")
    source = entry.build("none", 32, tmp_path)
    source.save_weights(tmp_path / "mine.weights.h5")
    network = entry.build("mine.weights.h5", 64, tmp_path)
    for loaded, saved in zip(network.get_weights(), source.get_weights(), strict=True):
        np.testing.assert_array_equal(loaded, saved)


def test_a_weights_file_that_is_not_there_or_of_another_network(tmp_path: Path) -> None:
    with pytest.raises(
        WeightsUnavailable, match=r"no file 'mine\.h5' in the weights folder\. Bring it first"
    ):
        backbones.get("vgg16").build("mine.h5", 64, tmp_path)
    backbones.get("mobilenet_v2").build("none", 32, tmp_path).save_weights(tmp_path / "mine.weights.h5")
    with pytest.raises(WeightsUnavailable, match="are not those of this backbone, vgg16"):
        backbones.get("vgg16").build("mine.weights.h5", 64, tmp_path)


def save_as_keras_2_did(network: object, path: Path) -> None:
    """The files of keras.applications have this layout."""
    import h5py
    from keras.src.legacy.saving import legacy_h5_format

    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, network)
