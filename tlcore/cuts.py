"""Where a network can be cut, and what a freeze choice means.

Above the line, layers as data, for pages and plans. Below it, the same on a Keras network. A cut point is a
layer whose output is the only tensor that crosses from the layers before it to those after it. The nodes of a
network stand in order of depth, and at a cut point no other node has its depth; so all layers it depends on
come before it in ``model.layers``, and all that depend on it come after.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tlcore.backbones.layer_info import LayerInfo
from tlcore.errors import RecipeError
from tlcore.suggest import suggestion
from tlcore.words import tr

if TYPE_CHECKING:
    import keras

__all__ = [
    "block_ends",
    "cut_points",
    "deepest_cut",
    "ends",
    "find_cut_layers",
    "frozen_count",
    "split",
    "truncate",
    "truncated",
    "usable_cuts",
]


def cut_points(layers: Sequence[LayerInfo]) -> tuple[int, ...]:
    """Indexes of the cut points, ascending. The last layer is one: the head takes its output."""
    return tuple(index for index, layer in enumerate(layers) if layer.is_cut)


def ends(layers: Sequence[LayerInfo]) -> tuple[int, ...]:
    """Indexes, ascending, of the cut points at which a network may end: the head takes a map or a vector."""
    return tuple(index for index in cut_points(layers) if _suits_a_head(layers[index]))


def _suits_a_head(layer: LayerInfo) -> bool:
    return len(layer.output_shape) in (1, 3)


# How the families name the layers of a block. What has no such name belongs to the block before it.
_BLOCK = re.compile(
    r"conv\d+_block\d+|stage_\d+_block_\d+|downsampling_block_\d+|block_?\d+[a-z]?(?:_\d+(?=_))?"
    r"|expanded_conv(?:_\d+)?|mixed_?\d+[a-z]?|pool\d+|^stem|^top|^post"
    r"|(?<=conv_dw_)\d+|(?<=conv_pw_)\d+|(?<=conv_pad_)\d+"
)


def block_ends(layers: Sequence[LayerInfo]) -> tuple[int, ...]:
    """Numbers of leading layers at which a block ends, from 0 to all; between them single tensors pass.

    A network whose layers are not named by block ends one at each cut point.
    """
    ends: dict[str | int, int] = {}
    # Where blocks have names, what comes before the first one is one too.
    block = "stem" if any(_BLOCK.search(layer.name) for layer in layers) else ""
    for index, layer in enumerate(layers):
        named = _BLOCK.search(layer.name)
        block = named[0] if named else block
        if layer.is_cut:
            # The last cut of a block is its end; without names each cut is one.
            ends[block or index] = index + 1
    return tuple(sorted({0, *ends.values(), len(layers)}))


def frozen_count(layers: Sequence[LayerInfo], freeze: str | int) -> int:
    """How many leading layers stay frozen, the InputLayer counted. Raises RecipeError.

    ``freeze`` is ``all``, ``none``, a number of frozen layers, minus a number of trained ones, or the name
    of the first trained layer.
    """
    if freeze == "all":
        return len(layers)
    if freeze == "none":
        return 0
    if isinstance(freeze, str):
        return _index(layers, freeze)
    if abs(freeze) > len(layers):
        raise RecipeError(
            tr(
                "This backbone has {layers} layers; {freeze} cannot be frozen. Choose a number from "
                "{least} to {layers}, 'all' or 'none'.",
                layers=len(layers),
                freeze=freeze,
                least=-len(layers),
            )
        )
    return freeze if freeze >= 0 else len(layers) + freeze


def usable_cuts(layers: Sequence[LayerInfo], frozen: int) -> tuple[int, ...]:
    """Indexes, ascending, of the cut points that have frozen layers only before them and are frozen."""
    return tuple(index for index in cut_points(layers) if index < frozen)


def deepest_cut(layers: Sequence[LayerInfo], frozen: int) -> int | None:
    """Index of the deepest usable cut point; None when nothing is worth caching."""
    return max(usable_cuts(layers, frozen), default=None)


def truncated(layers: Sequence[LayerInfo], cut_at: str | None) -> tuple[LayerInfo, ...]:
    """The layers that remain when all after ``cut_at`` are dropped.

    Raises RecipeError for a layer that is none of the ``ends``.
    """
    index = len(layers) - 1 if cut_at is None else _index(layers, cut_at)
    before = [layers[end].name for end in ends(layers) if end < index]
    if cut_at is not None and not layers[index].is_cut:
        raise _not_a_cut(cut_at, before)
    if not _suits_a_head(layers[index]):
        shape = " × ".join(map(str, layers[index].output_shape))
        raise RecipeError(
            tr(
                "A network ends in a map (height × width × channels) or in a vector; {name!r} gives "
                "{shape}. Choose another cut point{nearest}.",
                name=layers[index].name,
                shape=shape,
                nearest=_nearest(before),
            )
        )
    return tuple(layers[: index + 1])


def _index(layers: Sequence[LayerInfo], name: str) -> int:
    names = [layer.name for layer in layers]
    if name not in names:
        way_out = suggestion(name, names) or tr(
            " They run from {first!r} to {last!r}.", first=names[0], last=names[-1]
        )
        raise RecipeError(tr("This backbone has no layer {name!r}.{way_out}", name=name, way_out=way_out))
    return names.index(name)


def _not_a_cut(name: str, before: Sequence[str]) -> RecipeError:
    return RecipeError(
        tr(
            "A network can be cut only where a single tensor passes; {name!r} is not such a place. "
            "Choose a cut point{nearest}.",
            name=name,
            nearest=_nearest(before),
        )
    )


def _nearest(before: Sequence[str]) -> str:
    return tr("; the nearest one before it is {before!r}", before=before[-1]) if before else ""


# --- On a Keras network ---


def find_cut_layers(network: "keras.Model") -> set[str]:
    """Names of the layers after which exactly one tensor is still needed, their own output.

    The network's output counts as needed, the input layer as no cut.
    """
    nodes = _nodes(network)
    uses = Counter(id(tensor) for node in nodes for tensor in node.input_tensors)
    uses.update(id(tensor) for tensor in network.outputs)
    calls = Counter(id(node.operation) for node in nodes)
    layers = {id(layer) for layer in network.layers}
    alive: set[int] = set()
    found = set()
    for node in nodes:
        for tensor in node.input_tensors:
            uses[id(tensor)] -= 1
            if not uses[id(tensor)]:
                alive.discard(id(tensor))
        alive.update(id(tensor) for tensor in node.output_tensors if uses[id(tensor)])
        own = {id(tensor) for tensor in node.output_tensors}
        is_layer_called_once = id(node.operation) in layers and calls[id(node.operation)] == 1
        if alive == own and len(own) == 1 and is_layer_called_once and not node.is_input:
            found.add(node.operation.name)
    return found


def split(network: "keras.Model", layer_name: str) -> tuple["keras.Model", "keras.Model"]:
    """The network before and after a cut point; ``suffix(prefix(x))`` is ``network(x)``.

    Both share the network's layers: training the suffix trains the network. After the last layer nothing
    is left, and the suffix hands on what it gets. Raises RecipeError.
    """
    import keras

    tensor = _cut_tensor(network, layer_name)
    prefix = keras.Model(network.input, tensor, name=f"{network.name}_prefix")
    # Keras refuses a model from an inner tensor to itself, but takes one from a fresh input to itself.
    start = keras.Input(tensor.shape[1:]) if tensor is network.output else tensor
    end = start if tensor is network.output else network.output
    return prefix, keras.Model(start, end, name=f"{network.name}_suffix")


def truncate(network: "keras.Model", layer_name: str) -> "keras.Model":
    """The network without the layers after a cut point, sharing those before it. Raises RecipeError."""
    import keras

    return keras.Model(network.input, _cut_tensor(network, layer_name), name=network.name)


def _cut_tensor(network: "keras.Model", layer_name: str) -> Any:
    cuts = find_cut_layers(network)
    names = [layer.name for layer in network.layers]
    if layer_name not in names:
        raise RecipeError(
            tr(
                "This network has no layer {layer_name!r}.{suggestion}",
                layer_name=layer_name,
                suggestion=suggestion(layer_name, names),
            )
        )
    if layer_name not in cuts:
        raise _not_a_cut(layer_name, [name for name in names[: names.index(layer_name)] if name in cuts])
    # Not layer.output: splitting gives layers further nodes, of which this network knows nothing.
    return next(node for node in _nodes(network) if node.operation.name == layer_name).output_tensors[0]


def _nodes(network: "keras.Model") -> list[Any]:
    """The network's own nodes in order of depth, from its input to its output."""
    by_depth = network._nodes_by_depth
    return [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]
