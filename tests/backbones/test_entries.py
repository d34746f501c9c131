"""The registry: found by name, complete, and true to Keras' own sources."""

import itertools
import subprocess
import sys

import pytest

from tlcore import backbones
from tlcore.backbones import Backbone, layer_info, measure, naming, weights
from tlcore.errors import RecipeError, UnknownBackbone

each = pytest.mark.parametrize("entry", backbones.all_backbones(), ids=lambda entry: entry.name)


def test_names_in_the_order_they_are_offered() -> None:
    names = backbones.names()
    assert len(names) == 43
    assert names[:4] == ("efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2", "mobilenet")
    families = [entry.family for entry in backbones.all_backbones()]
    assert [family for family, _ in itertools.groupby(families)] == list(dict.fromkeys(families))


def test_no_two_are_good_for_the_same() -> None:
    entries = backbones.all_backbones()
    assert len({entry.good_for for entry in entries}) == len(entries)
    assert len({entry.title for entry in entries}) == len(entries)
    assert all(entry.good_for.endswith(".") for entry in entries)


def test_get_returns_the_entry() -> None:
    assert backbones.get("vgg16").title == "VGG16"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mobilnet", "No backbone 'mobilnet'. Did you mean 'mobilenet' or 'mobilenet_v2'?"),
        ("zzz", f"No backbone 'zzz'. Choose one of {', '.join(backbones.names())}."),
    ],
)
def test_an_unknown_name_says_what_there_is(name: str, message: str) -> None:
    with pytest.raises(UnknownBackbone) as caught:
        backbones.get(name)
    assert str(caught.value) == message


def test_importing_costs_no_tensorflow() -> None:
    code = """
import sys, tlcore.backbones, tlcore.cuts
tlcore.backbones.get("vgg16").layers(96)
sys.exit(bool({"tensorflow", "keras"} & set(sys.modules)))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "layers", "params", "size_px"),
    [
        ("efficientnet_lite0", 141, 3_413_024, 224),
        ("mobilenet_v2", 154, 2_257_984, 224),
        ("vgg16", 19, 14_714_688, 224),
        ("resnet50", 175, 23_587_712, 224),
        ("inception_v3", 311, 21_802_784, 299),
    ],
)
def test_sizes(name: str, layers: int, params: int, size_px: int) -> None:
    entry = backbones.get(name)
    assert (entry.layer_count, entry.params, entry.image_size_px) == (layers, params, size_px)


@pytest.mark.parametrize(
    ("name", "layers", "million_params"),
    [
        ("vgg19", 22, 20.0),
        ("resnet101", 345, 42.7),
        ("resnet152", 515, 58.4),
        ("resnet50_v2", 190, 23.6),
        ("resnet101_v2", 377, 42.6),
        ("resnet152_v2", 564, 58.3),
        ("inception_resnet_v2", 780, 54.3),
        ("xception", 132, 20.9),
        ("mobilenet", 86, 3.2),
        ("mobilenet_v3_small", 157, 0.94),
        ("mobilenet_v3_large", 187, 3.0),
        ("densenet121", 427, 7.0),
        ("densenet169", 595, 12.6),
        ("densenet201", 707, 18.3),
        ("nasnet_mobile", 769, 4.3),
        ("nasnet_large", 1039, 84.9),
        ("efficientnet_b0", 238, 4.0),
        ("efficientnet_b1", 340, 6.6),
        ("efficientnet_b2", 340, 7.8),
        ("efficientnet_b3", 385, 10.8),
        ("efficientnet_b4", 475, 17.7),
        ("efficientnet_b5", 577, 28.5),
        ("efficientnet_b6", 667, 41.0),
        ("efficientnet_b7", 814, 64.1),
        ("efficientnet_v2_b0", 270, 5.9),
        ("efficientnet_v2_b1", 334, 6.9),
        ("efficientnet_v2_b2", 349, 8.8),
        ("efficientnet_v2_b3", 409, 12.9),
        ("efficientnet_v2_s", 513, 20.3),
        ("efficientnet_v2_m", 740, 53.2),
        ("convnext_tiny", 133, 27.8),
        ("convnext_small", 259, 49.5),
        ("convnext_base", 259, 87.6),
    ],
)
def test_sizes_as_keras_with_imagenet_weights(name: str, layers: int, million_params: float) -> None:
    entry = backbones.get(name)
    assert entry.layer_count == layers
    assert entry.params / 1e6 == pytest.approx(million_params, abs=0.05)


@each
def test_the_last_layer_has_the_feature_width(entry: Backbone) -> None:
    assert entry.layers()[-1].output_shape[-1] == entry.feature_width


@each
def test_it_is_the_network_that_keras_makes_and_fills(
    entry: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keras' own function with ImageNet weights: the same file, hash, address and layers."""
    file = entry.weights_file
    if not file.keras_url:
        assert len(file.hash or "") == 64
        return
    import keras
    from keras.src.utils import file_utils

    asked = []

    def get_file(name: str, origin: str, file_hash: str | None = None, **_: object) -> None:
        asked.append((name, origin, file_hash))

    monkeypatch.setattr(file_utils, "get_file", get_file)
    monkeypatch.setattr(keras.Model, "load_weights", lambda *_: None)
    size = entry.image_size_px
    make = getattr(keras.applications, entry.title)
    with measure.no_weights(), naming.counted_from_zero():
        network = make(include_top=False, weights="imagenet", input_shape=(size, size, 3))
    assert asked == [(file.name, weights._url(file), file.hash)]
    assert entry.layers() == measure.layers_of(network)
    keras.utils.clear_session()


@each
def test_the_way_out_of_an_image_too_small(entry: Backbone) -> None:
    with pytest.raises(RecipeError, match=f"of {entry.min_image_size_px} px or more, not 20. Choose"):
        entry.layers(20)


def test_each_entry_has_its_layers_and_no_file_is_left_over() -> None:
    files = {file.stem for file in layer_info.path("any").parent.glob("*.json")}
    assert files == set(backbones.names())
