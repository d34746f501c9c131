"""The registry: found by name, complete, and true to Keras' own sources."""

import inspect
import subprocess
import sys

import pytest

from tlcore import backbones
from tlcore.backbones import Backbone, layer_info
from tlcore.errors import RecipeError, UnknownBackbone

each = pytest.mark.parametrize("entry", backbones.all_backbones(), ids=lambda entry: entry.name)


def test_names_in_the_order_they_are_offered() -> None:
    assert backbones.names() == ("efficientnet_lite0", "mobilenet_v2", "vgg16", "resnet50", "inception_v3")


def test_get_returns_the_entry() -> None:
    assert backbones.get("vgg16").title == "VGG16"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mobilnet", "No backbone 'mobilnet'. Did you mean 'mobilenet_v2'?"),
        (
            "zzz",
            "No backbone 'zzz'. Choose one of "
            "efficientnet_lite0, mobilenet_v2, vgg16, resnet50, inception_v3.",
        ),
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


@each
def test_the_last_layer_has_the_feature_width(entry: Backbone) -> None:
    assert entry.layers()[-1].output_shape[-1] == entry.feature_width


@each
def test_file_names_and_hashes_are_those_of_keras(entry: Backbone) -> None:
    file = entry.weights_file
    if not file.keras_url:
        assert len(file.hash or "") == 64
        return
    import importlib

    source = inspect.getsource(
        importlib.import_module(f"keras.src.applications.{file.keras_url.split('.')[0]}")
    )
    if file.hash is None:
        assert "hash" not in source.replace("hashes", "")
    else:
        assert f'"{file.hash}"' in source
    end = "_no_top.h5" if entry.name == "mobilenet_v2" else "_weights_tf_dim_ordering_tf_kernels_notop.h5"
    assert file.name.endswith(end)
    assert end in source


@each
def test_the_way_out_of_an_image_too_small(entry: Backbone) -> None:
    with pytest.raises(RecipeError, match=f"of {entry.min_image_size_px} px or more, not 20. Choose"):
        entry.layers(20)


def test_each_entry_has_its_layers_and_no_file_is_left_over() -> None:
    files = {file.stem for file in layer_info.path("any").parent.glob("*.json")}
    assert files == set(backbones.names())
