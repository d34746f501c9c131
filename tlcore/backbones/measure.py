"""``python -m tlcore.backbones.measure [NAME...]``: build networks and keep what their layers are as data."""

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlcore import backbones, cuts
from tlcore.backbones import layer_info
from tlcore.backbones.layer_info import LayerInfo, Window

if TYPE_CHECKING:
    import keras


def layers_of(network: "keras.Model") -> tuple[LayerInfo, ...]:
    """A network's layers as data, ``trainable_params`` counted as if all were trained."""
    cut_layers = cuts.find_cut_layers(network)
    return tuple(
        LayerInfo(
            name=layer.name,
            type=type(layer).__name__,
            output_shape=tuple(layer.output.shape[1:]),
            params=layer.count_params(),
            trainable_params=sum(math.prod(weight.shape) for weight in layer.trainable_weights),
            is_cut=layer.name in cut_layers,
        )
        for layer in network.layers
    )


def windows_of(network: "keras.Model") -> tuple[Window | None, ...]:
    """For each layer, how its output side follows from its input's; None where it does not.

    The network must have been built for an even image size.
    """
    index = {id(layer): number for number, layer in enumerate(network.layers)}
    return tuple(_window(layer, index) for layer in network.layers)


def _window(layer: Any, index: dict[int, int]) -> Window | None:
    inputs = layer._inbound_nodes[0].input_tensors
    if not inputs:
        return Window(source=0)
    if len(layer.output.shape) != 4 or type(layer).__name__.startswith(("Global", "Reshape")):
        return None
    source = index[id(inputs[0]._keras_history.operation)]
    if type(layer).__name__ == "ZeroPadding2D":
        pad = sum(layer.padding[0])
        # An uneven padding was chosen for an even side; correct_pad adds one where the side is odd.
        return Window(source, pad=pad, odd_pad=pad % 2)
    if not hasattr(layer, "strides"):
        return Window(source)
    kernel, stride = _first(getattr(layer, "kernel_size", None) or layer.pool_size), _first(layer.strides)
    if layer.padding == "same":
        return Window(source, pad=stride - 1, kernel=stride, stride=stride)
    return Window(source, kernel=kernel, stride=stride)


def _first(sizes: int | tuple[int, ...]) -> int:
    return sizes if isinstance(sizes, int) else sizes[0]


def measure(backbone: backbones.Backbone) -> tuple[tuple[LayerInfo, Window | None], ...]:
    """What the kept file of a backbone should say."""
    # Windows do not depend on the size, but the paddings they are read from must be those of an even one.
    even_px = backbone.image_size_px + backbone.image_size_px % 2
    windows = windows_of(backbone.build("none", even_px, Path()))
    layers = layers_of(backbone.build("none", backbone.image_size_px, Path()))
    return tuple(zip(layers, windows, strict=True))


def main(names: list[str]) -> None:
    for name in names or backbones.names():
        rows = measure(backbones.get(name))
        layer_info.write(name, rows)
        count = sum(layer.is_cut for layer, _ in rows)
        sys.stdout.write(f"{name}: {len(rows)} layers, {count} cut points\n")


if __name__ == "__main__":
    main(sys.argv[1:])
