"""The kept layers say what Keras builds, at any image size."""

from pathlib import Path

import pytest

from tlcore import backbones
from tlcore.backbones import Backbone, layer_info, measure
from tlcore.backbones.layer_info import LayerInfo, Window

each = pytest.mark.parametrize("entry", backbones.all_backbones(), ids=lambda entry: entry.name)


@each
def test_the_kept_layers_are_what_keras_builds(entry: Backbone) -> None:
    network = entry.build("none", entry.image_size_px, Path())
    assert entry.layers() == measure.layers_of(network)
    assert entry.params == network.count_params()


@each
@pytest.mark.parametrize("size_px", [97, 130])
def test_shapes_follow_the_image_size(entry: Backbone, size_px: int) -> None:
    network = entry.build("none", size_px, Path())
    assert entry.layers(size_px) == measure.layers_of(network)


def test_batch_normalization_trains_half_of_its_numbers() -> None:
    layer = next(layer for layer in backbones.get("mobilenet_v2").layers() if layer.name == "bn_Conv1")
    assert layer == LayerInfo("bn_Conv1", "BatchNormalization", (112, 112, 32), 128, 64, True)


def test_write_then_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_info, "_FOLDER", tmp_path / "layers")
    rows = [
        (LayerInfo("in", "InputLayer", (32, 32, 3), 0, 0, False), Window(0)),
        (LayerInfo("conv", "Conv2D", (16, 16, 8), 216, 216, True), Window(0, pad=1, kernel=2, stride=2)),
        (LayerInfo("squeeze", "Reshape", (1, 1, 8), 0, 0, True), None),
    ]
    layer_info.write("tiny_write_then_read", rows)
    layers = layer_info.read("tiny_write_then_read", 31)
    assert [layer.output_shape for layer in layers] == [(31, 31, 3), (16, 16, 8), (1, 1, 8)]
    assert layer_info.read("tiny_write_then_read", 32) == tuple(layer for layer, _ in rows)


@pytest.mark.parametrize(
    ("window", "side", "expected"),
    [
        (Window(0), 7, 7),
        (Window(0, kernel=3, stride=2), 299, 149),
        (Window(0, pad=1, odd_pad=1), 8, 9),
        (Window(0, pad=1, odd_pad=1), 7, 9),
    ],
)
def test_a_window(window: Window, side: int, expected: int) -> None:
    assert window.side(side) == expected
