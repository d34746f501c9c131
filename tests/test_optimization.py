from typing import Any, get_args

import numpy as np
import pytest

from tlcore import optimization, outputs
from tlcore.config import Phase, Recipe
from tlcore.recipe_parts import Loss, Optimizer

STEPS = 10


def rates(phase: Phase) -> list[float]:
    """The learning rate at the end of each epoch."""
    schedule = optimization.optimizer(phase, STEPS)._learning_rate
    return [float(schedule(epoch * STEPS)) for epoch in range(phase.epochs + 1)]


@pytest.mark.parametrize("name", get_args(Optimizer))
def test_each_optimizer_is_the_one_named(name: Optimizer) -> None:
    made = optimization.optimizer(Phase(optimizer=name, learning_rate=0.25), STEPS)
    assert type(made).__name__.lower() == name
    assert float(made.learning_rate) == 0.25
    assert made.global_clipnorm is None


@pytest.mark.parametrize("name", ["sgd", "rmsprop"])
def test_momentum_weight_decay_and_clipping_are_handed_on(name: Optimizer) -> None:
    phase = Phase(optimizer=name, momentum=0.9, weight_decay=0.01, clip_norm=2.0)
    made = optimization.optimizer(phase, STEPS)
    assert (made.momentum, made.weight_decay, made.global_clipnorm) == (0.9, 0.01, 2.0)


def test_a_long_gradient_is_shortened() -> None:
    import keras

    weight = keras.Variable(np.zeros(2, np.float32))
    made = optimization.optimizer(Phase(optimizer="sgd", learning_rate=1.0, clip_norm=1.0), STEPS)
    made.apply([keras.ops.convert_to_tensor([30.0, 40.0])], [weight])
    assert np.asarray(weight).tolist() == pytest.approx([-0.6, -0.8])


def test_weight_decay_left_out_is_that_of_keras() -> None:
    assert optimization.optimizer(Phase(optimizer="adamw"), STEPS).weight_decay == 0.004
    assert optimization.optimizer(Phase(optimizer="adam"), STEPS).weight_decay is None


def test_a_constant_rate_can_be_changed_by_plateau() -> None:
    phase = Phase(schedule="plateau", learning_rate=0.5)
    made = optimization.optimizer(phase, STEPS)
    made.learning_rate = 0.125
    assert float(made.learning_rate) == 0.125


def test_cosine_falls_to_zero_over_the_phase() -> None:
    found = rates(Phase(epochs=4, schedule="cosine", learning_rate=0.4))
    assert found == pytest.approx([0.4, 0.2 + 0.2 * 0.5**0.5, 0.2, 0.2 - 0.2 * 0.5**0.5, 0.0], abs=1e-6)


def test_a_warm_up_rises_and_then_stays() -> None:
    assert rates(Phase(epochs=4, warmup_epochs=2, learning_rate=0.4)) == pytest.approx(
        [0, 0.2, 0.4, 0.4, 0.4]
    )


def test_a_warm_up_then_falls_with_cosine() -> None:
    found = rates(Phase(epochs=4, warmup_epochs=2, schedule="cosine", learning_rate=0.4))
    assert found == pytest.approx([0, 0.2, 0.4, 0.2, 0.0], abs=1e-6)


def test_a_warm_up_may_fill_the_phase() -> None:
    assert rates(Phase(epochs=2, warmup_epochs=2, learning_rate=0.4)) == pytest.approx([0, 0.2, 0.4])


@pytest.mark.parametrize("loss", get_args(Loss))
def test_each_loss_is_the_one_of_keras_on_its_targets(loss: Loss) -> None:
    import keras

    output = outputs.of(loss, 3, several_labels=False)
    labels = np.eye(3, dtype=np.float32)
    said = np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.1, 0.1, 0.8]], np.float32)
    found = float(optimization.loss(Recipe.parse({"loss": loss}))(output.targets(labels), said))
    assert found == pytest.approx(float(np.mean(getattr(keras.losses, loss)(output.targets(labels), said))))


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "binary_crossentropy"])
def test_label_smoothing_is_handed_on(loss: Loss) -> None:
    made = optimization.loss(Recipe.parse({"loss": loss, "label_smoothing": 0.1}))
    assert made.get_config()["label_smoothing"] == 0.1


@pytest.mark.parametrize(
    ("loss", "classes", "several", "labels", "said", "accuracy"),
    [
        ("sparse_categorical_crossentropy", 2, False, [[1, 0], [0, 1]], [[0.9, 0.1], [0.6, 0.4]], 0.5),
        ("categorical_crossentropy", 2, False, [[1, 0], [0, 1]], [[0.9, 0.1], [0.6, 0.4]], 0.5),
        ("binary_crossentropy", 2, False, [[1, 0], [0, 1]], [[0.1], [0.4]], 0.5),
        # One label each: the largest of the sigmoids counts, also where all are small.
        ("binary_crossentropy", 3, False, [[1, 0, 0], [0, 1, 0]], [[0.3, 0.1, 0.2], [0.6, 0.7, 0.1]], 1.0),
        # Several labels: each is a decision of its own, at one half.
        ("binary_crossentropy", 2, True, [[1, 1], [0, 1]], [[0.9, 0.4], [0.1, 0.8]], 0.75),
    ],
)
def test_accuracy_is_that_of_the_decisions(
    loss: Loss, classes: int, several: bool, labels: Any, said: Any, accuracy: float
) -> None:
    output = outputs.of(loss, classes, several)
    metric = optimization.accuracy(output)
    metric.update_state(output.targets(np.array(labels, np.float32)), np.array(said, np.float32))
    assert (metric.name, float(metric.result())) == ("accuracy", pytest.approx(accuracy))
