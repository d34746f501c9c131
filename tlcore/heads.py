"""The head: from its specification to Keras layers, and its counts without Keras."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tlcore.config import BatchNormalizationLayer, DenseLayer, DropoutLayer, Head, HeadLayer
from tlcore.outputs import Output
from tlcore.recipe_parts import Pooling

Shape = tuple[int, ...]

# What they are called in keras.layers.
POOLING_LAYERS: dict[Pooling, str] = {
    "avg": "GlobalAveragePooling2D",
    "max": "GlobalMaxPooling2D",
    "flatten": "Flatten",
}


@dataclass(frozen=True)
class HeadRow:
    """One layer of the head as the page shows it."""

    name: str
    type: str
    output_shape: Shape
    params: int
    trainable_params: int

    @property
    def flop(self) -> int:
        """Multiplications and additions for one image."""
        return 2 * self.params


def pooled_shape(head: Head, shape: Shape) -> Shape:
    """Shape after the pooling, without the batch. A vector passes through as it is."""
    if head.pooling == "flatten":
        return (math.prod(shape),)
    return (shape[-1],)


def rows(head: Head, shape: Shape, output: Output) -> list[HeadRow]:
    """The head's layers, in order, on a backbone output of ``shape``: (height, width, channels) or (n,)."""
    table = []
    if len(shape) > 1:
        table.append(HeadRow("pooling", POOLING_LAYERS[head.pooling], pooled_shape(head, shape), 0, 0))
    (width,) = pooled_shape(head, shape)
    for name, layer in _named(head):
        if isinstance(layer, DenseLayer):
            table.append(_dense_row(name, width, layer.dense))
            width = layer.dense
        elif isinstance(layer, DropoutLayer):
            table.append(HeadRow(name, "Dropout", (width,), 0, 0))
        else:
            # Scale and offset are trained; mean and variance follow the batches.
            table.append(HeadRow(name, "BatchNormalization", (width,), 4 * width, 2 * width))
    table.append(_dense_row("predictions", width, output.units))
    return table


def _dense_row(name: str, width: int, units: int) -> HeadRow:
    params = (width + 1) * units
    return HeadRow(name, "Dense", (units,), params, params)


_KINDS = {DenseLayer: "dense", DropoutLayer: "dropout", BatchNormalizationLayer: "batch_normalization"}


def _named(head: Head) -> Iterator[tuple[str, HeadLayer]]:
    for i, layer in enumerate(head.layers, start=1):
        yield f"{_KINDS[type(layer)]}_{i}", layer


def pooling_layer(head: Head) -> Any:
    """The Keras layer that turns the backbone's map into a vector; it has no weights."""
    import keras

    return getattr(keras.layers, POOLING_LAYERS[head.pooling])(name="pooling")


def trained_layers(head: Head, output: Output, seed: int) -> list[Any]:
    """The Keras layers after the pooling. Their weights and dropout follow from ``seed`` alone."""
    import keras

    layers: list[Any] = []
    for i, (name, layer) in enumerate(_named(head)):
        if isinstance(layer, DenseLayer):
            layers.append(
                keras.layers.Dense(
                    layer.dense,
                    activation=layer.activation,
                    name=name,
                    kernel_initializer=keras.initializers.GlorotUniform(seed=layer_seed(seed, i)),
                    kernel_regularizer=keras.regularizers.L2(layer.l2) if layer.l2 else None,
                )
            )
        elif isinstance(layer, DropoutLayer):
            layers.append(keras.layers.Dropout(layer.dropout, seed=layer_seed(seed, i), name=name))
        else:
            layers.append(keras.layers.BatchNormalization(name=name))
    # float32: the output is the probability of each class, in the dataset's order.
    layers.append(
        keras.layers.Dense(
            output.units,
            activation=output.activation,
            name="predictions",
            dtype="float32",
            kernel_initializer=keras.initializers.GlorotUniform(seed=layer_seed(seed, len(layers))),
        )
    )
    return layers


def seed_dropout(layers: Iterable[Any], steps: int) -> None:
    """Let the dropout of these layers go on as after so many steps of training.

    What it drops follows from the layer's seed and the step alone, and is what Keras itself would come to.
    """
    import keras

    for layer in layers:
        if isinstance(layer, keras.layers.Dropout) and layer.rate:
            # Keras counts the draws beside the seed, one for each step.
            layer.seed_generator.state.assign([layer.seed, steps])


def layer_seed(seed: int, position: int) -> int:
    """The seed of the head's layer at a position, the output layer counted; one for each."""
    return (seed * 1000003 + position + 1) % (2**31 - 1)
