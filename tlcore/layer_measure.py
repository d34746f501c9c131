"""What the layers of a built network are, as data: rows that ``layer_info`` keeps."""

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from tlcore import cuts
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


def windows_of(
    networks: Iterable["keras.Model"], *, fixed_borders: bool = False
) -> tuple[Window | None, ...]:
    """For each layer, how its output side follows from an earlier one's; None where it does not.

    The networks are one and the same at several image sizes, as keras.applications makes some borders wider
    on even sides or on odd ones. Raises ValueError for a border that was seen on one kind of side only.
    ``fixed_borders``: they are what a file says at any size, and one network is enough.

    A window may be wrong where a layer follows a rule of another kind: compare with what Keras builds.
    """
    steps = zip(*([*_steps(network)] for network in networks), strict=True)
    if fixed_borders:
        return tuple(same[0].window for same in steps)
    return tuple(_on_both_kinds(same) for same in steps)


class _Step(NamedTuple):
    """A layer at one image size."""

    layer: Any
    side_in: int
    window: Window | None  # as if a border were always as wide as at this size


def _on_both_kinds(steps: tuple[_Step, ...]) -> Window | None:
    layer, _, window = steps[0]
    if window is None or type(layer).__name__ != "ZeroPadding2D":
        return window
    added = {step.side_in % 2: step.window.pad for step in steps if step.window}
    if len(added) < 2:
        raise ValueError(f"{layer.name} was seen on sides of one kind only: build at more sizes")
    return window._replace(pad=added[0], odd_pad=added[1] - added[0])


def _steps(network: "keras.Model") -> Iterator[_Step]:
    index = {id(layer): number for number, layer in enumerate(network.layers)}
    # The deepest node of a layer that is called twice comes last and stays: its place is that of this call.
    nodes = {id(node.operation): node for _, row in sorted(network._nodes_by_depth.items()) for node in row}
    for number, layer in enumerate(network.layers):
        tensors = nodes[id(layer)].input_tensors
        while tensors:
            # Where a map meets a smaller one, the smaller is spread over it.
            tensor = max(tensors, key=_side)
            source = tensor._keras_history.operation
            if id(source) in index:
                yield _Step(layer, _side(tensor), _window(layer, number - index[id(source)], tensor))
                break
            # An operator such as ``+`` is a node, but no layer, and leaves the side as it is.
            tensors = nodes[id(source)].input_tensors
        else:
            yield _Step(layer, 0, Window() if _side(layer.output) else None)


def _window(layer: Any, back: int, tensor: Any) -> Window | None:
    kind = type(layer).__name__
    if not _side(layer.output) or not _side(tensor) or kind.startswith(("Global", "Reshape")):
        return None
    if kind == "Sequential":
        # A block of ConvNeXt: a normalization and the convolution that gives the side.
        (layer,) = (inner for inner in layer.layers if hasattr(inner, "strides"))
    if not hasattr(layer, "strides"):
        # A border that is added or cropped, or nothing.
        return Window(back, _side(layer.output) - _side(tensor))
    kernel, stride = _first(getattr(layer, "kernel_size", None) or layer.pool_size), _first(layer.strides)
    if layer.padding == "same":
        return Window(back, stride - 1, 0, stride, stride)
    return Window(back, 0, 0, (kernel - 1) * _first(getattr(layer, "dilation_rate", 1)) + 1, stride)


def _side(tensor: Any) -> int:
    """Of a map; 0 for a vector, which has none."""
    return int(tensor.shape[1]) if len(tensor.shape) == 4 else 0


def _first(sizes: int | tuple[int, ...]) -> int:
    return sizes if isinstance(sizes, int) else sizes[0]
