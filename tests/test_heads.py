import numpy as np
import pytest

from tlcore import heads, outputs
from tlcore.config import Head
from tlcore.recipe_parts import Loss

HEAD = Head.model_validate(
    {
        "pooling": "max",
        "layers": [
            {"dense": 5, "activation": "tanh", "l2": 0.01},
            {"batch_normalization": True},
            {"dropout": 0.5},
        ],
    }
)
THREE = outputs.of("sparse_categorical_crossentropy", 3, several_labels=False)


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "binary_crossentropy"])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("shape", [(4, 4, 6), (6,)])
def test_rows_count_what_keras_builds(loss: Loss, classes: int, shape: tuple[int, ...]) -> None:
    import keras

    output = outputs.of(loss, classes, several_labels=False)
    inputs = keras.Input(shape)
    x = heads.pooling_layer(HEAD)(inputs) if len(shape) > 1 else inputs
    for layer in heads.trained_layers(HEAD, output, seed=0):
        x = layer(x)
    built = keras.Model(inputs, x).layers[1:]
    assert [vars(row) for row in heads.rows(HEAD, shape, output)] == [
        {
            "name": layer.name,
            "type": type(layer).__name__,
            "output_shape": tuple(layer.output.shape[1:]),
            "params": layer.count_params(),
            "trainable_params": sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights),
        }
        for layer in built
    ]
    assert built[-1].activation is getattr(keras.activations, output.activation)


def test_the_l2_penalty_is_in_the_loss() -> None:
    dense, *others = heads.trained_layers(HEAD, THREE, seed=0)
    assert float(dense.kernel_regularizer.l2) == pytest.approx(0.01)
    assert [getattr(layer, "kernel_regularizer", None) for layer in others] == [None, None, None]


@pytest.mark.parametrize(("pooling", "width"), [("avg", 6), ("max", 6), ("flatten", 96)])
def test_pooling_turns_the_map_into_a_vector(pooling: str, width: int) -> None:
    head = Head(pooling=pooling, layers=())
    assert heads.pooled_shape(head, (4, 4, 6)) == (width,)
    assert heads.pooling_layer(head)(np.zeros((2, 4, 4, 6), "float32")).shape == (2, width)


def test_weights_follow_from_the_seed_alone() -> None:
    def first_weights(seed: int) -> np.ndarray:
        layer = heads.trained_layers(HEAD, THREE, seed=seed)[0]
        layer.build((None, 6))
        return layer.get_weights()[0]

    assert np.array_equal(first_weights(7), first_weights(7))
    assert not np.array_equal(first_weights(7), first_weights(8))
