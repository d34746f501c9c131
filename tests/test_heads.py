import numpy as np
import pytest

from tlcore import heads
from tlcore.config import Head

HEAD = Head.model_validate(
    {"pooling": "max", "layers": [{"dense": 5, "activation": "tanh"}, {"dropout": 0.5}]}
)


def test_rows_count_what_keras_builds() -> None:
    import keras

    inputs = keras.Input((4, 4, 6))
    x = heads.pooling_layer(HEAD)(inputs)
    for layer in heads.trained_layers(HEAD, classes=3, seed=0):
        x = layer(x)
    built = keras.Model(inputs, x).layers[1:]
    rows = heads.rows(HEAD, (4, 4, 6), classes=3)
    assert [(row.name, row.type, row.output_shape, row.params) for row in rows] == [
        (layer.name, type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params())
        for layer in built
    ]


@pytest.mark.parametrize(("pooling", "width"), [("avg", 6), ("max", 6), ("flatten", 96)])
def test_pooling_turns_the_map_into_a_vector(pooling: str, width: int) -> None:
    head = Head(pooling=pooling, layers=())
    assert heads.pooled_shape(head, (4, 4, 6)) == (width,)
    assert heads.pooling_layer(head)(np.zeros((2, 4, 4, 6), "float32")).shape == (2, width)


def test_weights_follow_from_the_seed_alone() -> None:
    def first_weights(seed: int) -> np.ndarray:
        layer = heads.trained_layers(HEAD, classes=3, seed=seed)[0]
        layer.build((None, 6))
        return layer.get_weights()[0]

    assert np.array_equal(first_weights(7), first_weights(7))
    assert not np.array_equal(first_weights(7), first_weights(8))
