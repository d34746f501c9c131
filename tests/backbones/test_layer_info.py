"""The kept layers say what Keras builds, at any image size."""

import os
from pathlib import Path

import numpy as np
import pytest

from tlcore import backbones, layer_measure
from tlcore.backbones import layer_info, measure
from tlcore.backbones.layer_info import LayerInfo, Window

# One of each kind; test_every_entry builds them all, at their smallest size.
KINDS = (
    *("efficientnet_lite2", "mobilenet", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0"),
    *("efficientnet_v2_b0", "resnet50", "resnet50_v2", "densenet121", "inception_v3", "xception", "vgg16"),
    *("nasnet_mobile", "convnext_tiny"),
)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("size_px", [97, 130])
def test_shapes_follow_the_image_size(name: str, size_px: int) -> None:
    entry = backbones.get(name)
    with measure.no_weights():
        network = entry.build("none", size_px, Path())
    assert entry.layers(size_px) == layer_measure.layers_of(network)


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "convnext_tiny"])
def test_measuring_gives_what_is_kept(name: str) -> None:
    rows = measure.measure(backbones.get(name))
    size_px = rows[0][0].output_shape[0]
    assert backbones.get(name).layers(size_px) == tuple(layer for layer, _ in rows)


def test_a_padding_seen_on_one_kind_of_side_is_not_measured() -> None:
    with measure.no_weights():
        network = backbones.get("mobilenet_v2").build("none", 64, Path())
    with pytest.raises(ValueError, match="Conv1_pad was seen on sides of one kind|block_1_pad was seen"):
        layer_measure.windows_of([network])


def test_weights_made_quickly_are_neither_zero_nor_kept_on_afterwards() -> None:
    entry = backbones.get("vgg16")
    with measure.quick_weights():
        first, second = (entry.build("none", 32, Path()).layers[1].get_weights()[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert 0.1 < first.std() * 27**0.5 < 2
    assert (first != entry.build("none", 32, Path()).layers[1].get_weights()[0]).any()


def test_weights_without_values_are_counted_and_get_none_later() -> None:
    import keras

    with measure.no_weights():
        network = backbones.get("vgg16").build("none", 32, Path())
    assert network.count_params() == backbones.get("vgg16").params
    # What Keras itself works out of shapes opens and ends such scopes.
    keras.Model(inputs := keras.Input((4,)), keras.ops.tanh(keras.layers.Dense(2)(inputs)))
    with keras.StatelessScope():
        pass
    assert {weight._value for weight in network.weights} == {None}


@pytest.mark.parametrize(
    ("name", "gflop"),
    [
        ("mobilenet_v2", 0.60),
        ("efficientnet_lite0", 0.77),
        ("efficientnet_b0", 0.77),
        ("efficientnet_v2_b0", 1.43),
        ("mobilenet_v3_small", 0.11),
        ("mobilenet_v3_large", 0.43),
        ("nasnet_mobile", 1.13),
        ("densenet121", 5.67),
        ("resnet50", 7.71),
        ("resnet50_v2", 6.96),
        ("inception_v3", 11.4),
        ("xception", 16.7),
        ("convnext_tiny", 8.9),
        ("vgg16", 30.7),
    ],
)
def test_work_for_one_image(name: str, gflop: float) -> None:
    """As TensorFlow's profiler counted it."""
    assert backbones.get(name).gflop() == pytest.approx(gflop, rel=0.03)


@pytest.mark.parametrize(
    ("kind", "shape", "flop"),
    [
        ("Conv1D", (12, 8), 2 * 100 * 12),
        ("Conv2DTranspose", (16, 16, 4), 2 * 100 * 256),
        ("Dense", (5,), 200),
        ("BatchNormalization", (16, 16, 4), 0),
    ],
)
def test_work_of_a_layer(kind: str, shape: tuple[int, ...], flop: int) -> None:
    assert LayerInfo("layer", kind, shape, 100, 100, True).flop == flop


def test_work_grows_with_the_image() -> None:
    vgg16 = backbones.get("vgg16")
    assert vgg16.gflop(448) == pytest.approx(4 * vgg16.gflop(224))


def test_batch_normalization_trains_half_of_its_numbers() -> None:
    layer = next(layer for layer in backbones.get("mobilenet_v2").layers() if layer.name == "bn_Conv1")
    assert layer == LayerInfo("bn_Conv1", "BatchNormalization", (112, 112, 32), 128, 64, True)


def test_write_then_read(tmp_path: Path) -> None:
    rows = [
        (LayerInfo("in", "InputLayer", (32, 32, 3), 0, 0, False), Window()),
        (LayerInfo("conv", "Conv2D", (16, 16, 8), 216, 216, True), Window(pad=1, kernel=2, stride=2)),
        (LayerInfo("squeeze", "Reshape", (1, 1, 8), 0, 0, True), None),
    ]
    file = tmp_path / "layers.json"
    file.write_bytes(layer_info.to_bytes(rows))
    layers = layer_info.read_file(file, 31)
    assert [layer.output_shape for layer in layers] == [(31, 31, 3), (16, 16, 8), (1, 1, 8)]
    assert layer_info.read_file(file, 32) == tuple(layer for layer, _ in rows)


def test_a_file_that_is_written_again_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "layers.json"
    for number in range(2):
        layer = LayerInfo(f"in_{number}", "InputLayer", (784,), 0, 0, False)
        file.write_bytes(layer_info.to_bytes([(layer, None)]))
        os.utime(file, ns=(number, number))
        assert layer_info.read_file(file, 28) == (layer,)
    file.unlink()
    with pytest.raises(FileNotFoundError):
        layer_info.read_file(file, 28)


@pytest.mark.parametrize(
    ("window", "side", "expected"),
    [
        (Window(), 7, 7),
        (Window(1, kernel=3, stride=2), 299, 149),
        (Window(1, pad=1, odd_pad=1), 8, 9),
        (Window(1, pad=1, odd_pad=1), 7, 9),
        (Window(1, pad=-1), 7, 6),
    ],
)
def test_a_window(window: Window, side: int, expected: int) -> None:
    assert window.side(side) == expected
