"""A brought model rebuilt with Keras as a backbone: one flat chain of layers, without its classifier."""

import json
import math
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tlcore.backbones import naming
from tlcore.errors import ModelFileError
from tlcore.words import mark, tr

MAX_PARAMS = 10**9
MAX_OUTPUT = 2 * 10**8
"""Numbers that one layer may give for one picture."""
ANY_SIZE_PX = 224
"""The size at which a model of any size is offered first."""

_SIDES_PX = range(4, 1025)
_SAVE = mark("Save the model again in Keras with model.save('model.keras').")


@dataclass(frozen=True)
class Built:
    network: Any
    dropped: tuple[str, ...]
    """The layers of the classifier, left out."""


@dataclass(frozen=True)
class Input:
    kind: str
    channels: int
    side_px: int | None
    """None: any size."""


def check_budget(path: Path, numbers: int) -> None:
    """Raises ModelFileError when the layers need more weights than there may be, or than the file holds.

    Nothing is allocated: inside the scope Keras makes variables without values.
    """
    import keras

    config = json.loads(zipfile.ZipFile(path).read("config.json"))
    try:
        with keras.StatelessScope(initialize_variables=False):
            model = keras.saving.deserialize_keras_object(config, safe_mode=True)
            needed = sum(math.prod(weight.shape) for weight in model.weights)
    finally:
        # Keras would give values to the variables of this scope at the end of the next one.
        keras.utils.clear_session()
    if needed > MAX_PARAMS:
        raise ModelFileError(
            tr(
                "The layers need {needed:,} weights; {limit:,} is the limit. Use a smaller network.",
                needed=needed,
                limit=MAX_PARAMS,
            )
        )
    if needed > numbers:
        raise ModelFileError(
            tr(
                "The layers need {needed:,} weights and the file holds {numbers:,}: they do not belong "
                "together. {way_out}",
                needed=needed,
                numbers=numbers,
                way_out=tr(_SAVE),
            )
        )


def build(path: Path, image_size_px: int, *, name: str, pretrained: bool) -> Built:
    """The backbone of a clean ``.keras`` file at an image size. Raises ModelFileError."""
    return flattened(load(path), image_size_px, name=name, pretrained=pretrained)


def load(path: Path) -> Any:
    """The whole model of a clean ``.keras`` file."""
    import keras

    return keras.models.load_model(path, compile=False, safe_mode=True)


def flattened(model: Any, image_size_px: int, *, name: str, pretrained: bool) -> Built:
    """A model as a backbone, with layers of its own. Raises ModelFileError."""
    with naming.counted_from_zero():
        return _Flattened(model, image_size_px, name, pretrained).built()


def input_of(model: Any) -> Input:
    """What a model takes. Raises ModelFileError where that is no picture."""
    inputs, outputs = _ends(model)
    if len(inputs) != 1 or len(outputs) != 1:
        raise ModelFileError(
            tr(
                "The model has {inputs} inputs and {outputs} outputs; a backbone has one of each. Make a "
                "model of one picture and one output, and save that.",
                inputs=len(inputs),
                outputs=len(outputs),
            )
        )
    shape = tuple(inputs[0].shape[1:])
    if len(shape) == 3 and shape[2] in (1, 3) and shape[0] == shape[1]:
        if shape[0] is None or shape[0] in _SIDES_PX:
            return Input("map", shape[2], shape[0])
    elif len(shape) == 1 and shape[0] is not None:
        for channels in (1, 3):
            side = math.isqrt(shape[0] // channels)
            if side * side * channels == shape[0] and side in _SIDES_PX:
                return Input("vector", channels, side)
    raise ModelFileError(
        tr(
            "The model takes an input of the shape {shape}; a backbone takes square pictures, (side, "
            "side, 3) or (side, side, 1), or their pixels in a row, side × side or side × side × 3 "
            "numbers. Build it for such an input and save it again.",
            shape=shape,
        )
    )


def _ends(model: Any) -> tuple[list[Any], list[Any]]:
    graph = _graph(model)
    if graph is None:
        raise ModelFileError(
            tr(
                "The model was saved before it knew its input. Call it on a picture once. {way_out}",
                way_out=tr(_SAVE),
            )
        )
    return list(graph.inputs), list(graph.outputs)


def _graph(model: Any) -> Any:
    """The graph inside a Sequential, which wraps one; a Functional is its own."""
    import keras

    return model._functional if isinstance(model, keras.Sequential) else model


def _is_model(operation: Any) -> bool:
    import keras

    return isinstance(operation, keras.Model)


class _Flattened:
    """A model's layers cloned into one graph, each with a name of its own, those of nested models too.

    Cloned, not called again: a layer would keep the nodes of the model it came from.
    """

    def __init__(self, model: Any, image_size_px: int, name: str, pretrained: bool) -> None:
        import keras

        taken = input_of(model)
        pixels = _ends(model)[0][0]
        shape = tuple(image_size_px if side is None else side for side in pixels.shape[1:])
        if taken.side_px is not None and taken.side_px != image_size_px:
            raise ModelFileError(
                tr(
                    "The model takes images of {side} px, not {size}.",
                    side=taken.side_px,
                    size=image_size_px,
                )
            )
        self._name = name
        self._pairs: dict[int, tuple[Any, Any]] = {}
        first = pixels._keras_history.operation.name
        self._names = {first}
        self._inputs = keras.Input(shape, name=first, dtype="float32")
        self._output = self._run(model, "", None, self._inputs)
        if pretrained:
            for original, clone in self._pairs.values():
                _copy_weights(original, clone)

    def built(self) -> Built:
        import keras

        output, dropped = _without_classifier(self._output)
        network = keras.Model(self._inputs, output, name=self._name)
        if not network.weights:
            raise ModelFileError(
                tr(
                    "Without its last dense layer, which is its classifier, nothing of the model is left to "
                    "build on. Bring a model with more layers."
                )
            )
        if len(output.shape) not in (2, 4):
            raise ModelFileError(
                tr(
                    "Without its classifier the model gives numbers of the shape {shape}; a backbone gives a "
                    "map, (height, width, channels), or a vector. Put a Flatten or a pooling layer before "
                    "its last dense layer and save it again.",
                    shape=tuple(output.shape[1:]),
                )
            )
        for layer in network.layers:
            size = math.prod(layer.output.shape[1:])
            if size > MAX_OUTPUT:
                raise ModelFileError(
                    tr(
                        "Layer '{layer}' gives {size:,} numbers for one picture; {limit:,} is the limit. "
                        "Use a smaller network.",
                        layer=layer.name,
                        size=size,
                        limit=MAX_OUTPUT,
                    )
                )
        return Built(network, dropped)

    def _run(self, model: Any, place: str, training: bool | None, *inputs: Any) -> Any:
        """A model's layers, or those of a model within it, on new inputs."""

        def operation(original: Any) -> Callable[..., Any]:
            if _is_model(original):
                return partial(self._run_nested, original, training)
            call: Callable[..., Any] = self._clone(original, place)
            # A nested model that was called in inference mode hands that on to its layers.
            if training is None or not getattr(call, "_call_has_training_arg", False):
                return call
            return partial(call, training=training)

        # Keras has no public way to walk a graph with other operations; `clone_model` keeps nested models.
        return _graph(model)._run_through_graph(inputs, operation_fn=operation)

    def _run_nested(
        self, model: Any, outer: bool | None, *inputs: Any, training: bool | None = None, mask: Any = None
    ) -> Any:
        return self._run(model, model.name, outer if training is None else training, *inputs)

    def _clone(self, original: Any, place: str) -> Any:
        import keras

        if id(original) not in self._pairs:
            config = original.get_config() | {"name": self._unique(original.name, place)}
            if isinstance(original, keras.layers.Layer):
                # float32 all through: what follows is trained and converted in it.
                config |= {"dtype": "float32", "trainable": True}
            self._pairs[id(original)] = (original, type(original).from_config(config))
        return self._pairs[id(original)][1]

    def _unique(self, name: str, place: str) -> str:
        """The layer's own name; where it is taken, with that of its model, and then counted."""
        base = name if name not in self._names or not place else f"{place}_{name}"
        found, count = base, 1
        while found in self._names:
            count += 1
            found = f"{base}_{count}"
        self._names.add(found)
        return found


def _copy_weights(original: Any, clone: Any) -> None:
    if not getattr(original, "weights", None):
        return
    clone.set_weights(original.get_weights())
    if hasattr(clone, "finalize_state"):
        # Normalization computes from its weights when they are complete.
        clone.finalize_state()


def _without_classifier(output: Any) -> tuple[Any, tuple[str, ...]]:
    """The tensor before the classifier and the names left out; the output itself where it has none.

    The classifier is the last Dense, or the 1 × 1 convolution of a single position that some networks have
    in its place, with what follows it.
    """
    dropped: list[str] = []
    tensor = output
    while True:
        operation, node_index, _ = tensor._keras_history
        inputs = operation._inbound_nodes[node_index].input_tensors
        kind = type(operation).__name__
        dropped.append(operation.name)
        if kind == "Dense" or (kind == "Conv2D" and tuple(inputs[0].shape[1:3]) == (1, 1)):
            return inputs[0], tuple(reversed(dropped))
        if kind not in ("Activation", "Softmax", "Flatten", "Reshape", "Dropout"):
            return output, ()
        tensor = inputs[0]
