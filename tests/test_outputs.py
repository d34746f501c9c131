import numpy as np
import pytest

from tlcore import outputs
from tlcore.errors import RecipeError
from tlcore.recipe_parts import Loss

ONE_HOT = np.array([[1, 0], [0, 1], [1, 0]], np.float32)
SEVERAL = np.array([[1, 0, 1], [0, 1, 0], [1, 1, 1]], np.float32)


@pytest.mark.parametrize(
    ("loss", "classes", "several", "units", "activation"),
    [
        ("sparse_categorical_crossentropy", 2, False, 2, "softmax"),
        ("categorical_crossentropy", 5, False, 5, "softmax"),
        ("binary_crossentropy", 2, False, 1, "sigmoid"),
        ("binary_crossentropy", 2, True, 2, "sigmoid"),
        ("binary_crossentropy", 5, False, 5, "sigmoid"),
    ],
)
def test_the_loss_decides_units_and_activation(
    loss: Loss, classes: int, several: bool, units: int, activation: str
) -> None:
    output = outputs.of(loss, classes, several)
    assert (output.units, output.activation) == (units, activation)


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_softmax_cannot_tell_several_labels(loss: Loss) -> None:
    with pytest.raises(RecipeError) as refused:
        outputs.of(loss, 3, several_labels=True)
    assert str(refused.value) == (
        f"Some pictures have several labels, which {loss} cannot learn. Choose loss: binary_crossentropy."
    )


def test_targets_are_what_the_loss_compares() -> None:
    sparse = outputs.of("sparse_categorical_crossentropy", 2, False).targets(ONE_HOT)
    assert (sparse.dtype, sparse.tolist()) == (np.int32, [0, 1, 0])
    assert outputs.of("categorical_crossentropy", 2, False).targets(ONE_HOT) is ONE_HOT
    assert outputs.of("binary_crossentropy", 2, False).targets(ONE_HOT).tolist() == [[0], [1], [0]]
    assert outputs.of("binary_crossentropy", 3, True).targets(SEVERAL) is SEVERAL


def test_a_single_unit_is_the_second_class() -> None:
    found = outputs.probabilities(np.array([[0.25], [1.0]], np.float32))
    assert found.tolist() == [[0.75, 0.25], [0.0, 1.0]]
    assert outputs.probabilities(SEVERAL) is SEVERAL


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    from sklearn.utils.class_weight import compute_sample_weight

    labels = np.array([0, 0, 0, 1, 2, 2])
    weights = outputs.balanced_weights(np.eye(3, dtype=np.float32)[labels])
    assert weights == pytest.approx(compute_sample_weight("balanced", labels))
    # Every class weighs the same in all.
    assert [weights[labels == c].sum() for c in range(3)] == pytest.approx([2.0, 2.0, 2.0])


def test_a_picture_with_several_labels_weighs_their_mean() -> None:
    # Two pictures of each class, some of them shared: the loss keeps its scale.
    assert outputs.balanced_weights(SEVERAL) == pytest.approx([1, 1, 1])
    # Class 1 is rare: its number is 2, that of class 0 is 0.5; the mean of all is brought to 1.
    rare = np.array([[1, 0], [1, 0], [1, 0], [1, 1]], np.float32)
    plain = np.array([0.5, 0.5, 0.5, (0.5 + 2.0) / 2])
    assert outputs.balanced_weights(rare) == pytest.approx(plain / plain.mean())


def test_a_class_without_pictures_divides_nothing_by_zero() -> None:
    assert np.isfinite(outputs.balanced_weights(np.array([[1, 0], [1, 0]], np.float32))).all()
