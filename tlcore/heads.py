"""The head: from its specification to Keras layers, and its counts without Keras."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tlcore.config import DenseLayer, DropoutLayer, Head

Shape = tuple[int, ...]


@dataclass(frozen=True)
class HeadRow:
    """One layer of the head as the page shows it."""

    name: str
    type: str
    output_shape: Shape
    params: int


def pooled_shape(head: Head, shape: Shape) -> Shape:
    """Shape after the pooling, without the batch. A vector passes through as it is."""
    if head.pooling == "flatten":
        return (math.prod(shape),)
    return (shape[-1],)


def rows(head: Head, shape: Shape, classes: int) -> list[HeadRow]:
    """The head's layers on a backbone output of ``shape`` (height, width, channels), in order."""
    shape = pooled_shape(head, shape)
    table = [HeadRow("pooling", _POOLING_TYPES[head.pooling], shape, 0)]
    for name, layer in _named(head):
        if isinstance(layer, DenseLayer):
            table.append(HeadRow(name, "Dense", (layer.dense,), (shape[0] + 1) * layer.dense))
            shape = (layer.dense,)
        else:
            table.append(HeadRow(name, "Dropout", shape, 0))
    table.append(HeadRow("predictions", "Dense", (classes,), (shape[0] + 1) * classes))
    return table


_POOLING_TYPES = {"avg": "GlobalAveragePooling2D", "max": "GlobalMaxPooling2D", "flatten": "Flatten"}


def _named(head: Head) -> Iterator[tuple[str, DenseLayer | DropoutLayer]]:
    for i, layer in enumerate(head.layers, start=1):
        yield (f"dense_{i}" if isinstance(layer, DenseLayer) else f"dropout_{i}"), layer


def pooling_layer(head: Head) -> Any:
    """The Keras layer that turns the backbone's map into a vector; it has no weights."""
    import keras

    return getattr(keras.layers, _POOLING_TYPES[head.pooling])(name="pooling")


def trained_layers(head: Head, classes: int, seed: int) -> list[Any]:
    """The Keras layers after the pooling. Their weights and dropout follow from ``seed`` alone."""
    import keras

    layers: list[Any] = []
    for i, (name, layer) in enumerate(_named(head)):
        if isinstance(layer, DenseLayer):
            initializer = keras.initializers.GlorotUniform(seed=_seed(seed, i))
            layers.append(
                keras.layers.Dense(
                    layer.dense, activation=layer.activation, name=name, kernel_initializer=initializer
                )
            )
        else:
            layers.append(keras.layers.Dropout(layer.dropout, seed=_seed(seed, i), name=name))
    initializer = keras.initializers.GlorotUniform(seed=_seed(seed, len(layers)))
    # float32 and softmax: the output is the probability of each class, in the dataset's order.
    layers.append(
        keras.layers.Dense(
            classes, activation="softmax", name="predictions", dtype="float32", kernel_initializer=initializer
        )
    )
    return layers


def _seed(seed: int, position: int) -> int:
    return (seed * 1000003 + position + 1) % (2**31 - 1)
