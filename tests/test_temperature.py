import numpy as np
import pytest

from tests.overconfident import softmax
from tlcore import metrics, temperature

RANDOM = np.random.default_rng(5)
LOGITS = RANDOM.normal(0, 3, (400, 4))


def sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


def drawn(probabilities: np.ndarray) -> np.ndarray:
    """A class of each row, by its probabilities; (n, classes)."""
    edges = probabilities.cumsum(axis=1)
    classes = (RANDOM.random(len(edges))[:, None] > edges[:, :-1]).sum(axis=1)
    return classes[:, None] == np.arange(probabilities.shape[1])


@pytest.mark.parametrize("number", [0.4, 1.0, 2.5])
def test_it_is_what_scaled_logits_would_say(number: float) -> None:
    found = temperature.scaled(softmax(LOGITS), number, independent=False)
    assert np.abs(found - softmax(LOGITS / number)).max() < 1e-5
    assert found.sum(axis=1) == pytest.approx(1)
    assert (found.argmax(axis=1) == LOGITS.argmax(axis=1)).all()
    each = temperature.scaled(sigmoid(LOGITS), number, independent=True)
    assert np.abs(each - sigmoid(LOGITS / number)).max() < 1e-5
    assert ((each >= 0.5) == (LOGITS >= 0)).all()


def test_one_sigmoid_unit_is_scaled_as_its_logit() -> None:
    unit = sigmoid(LOGITS[:, :1])
    found = temperature.scaled(np.concatenate([1 - unit, unit], axis=1), 1.7, independent=False)
    assert np.abs(found[:, 1:] - sigmoid(LOGITS[:, :1] / 1.7)).max() < 1e-5


def test_certain_mistakes_stay_numbers() -> None:
    rows = np.array([[0.0, 1.0], [1.0, 0.0]], np.float32)
    for independent in (False, True):
        found = temperature.scaled(rows, 3.0, independent=independent)
        assert np.isfinite(found).all()
        truth = np.array([[True, False], [True, False]])
        assert 0 < temperature.log_loss(found, truth, independent=independent) < 20


def test_the_loss_is_that_of_the_evaluation() -> None:
    said, truth = softmax(LOGITS), drawn(softmax(LOGITS))
    expected = metrics.of_one_label(truth.argmax(axis=1), said, independent=False).log_loss
    assert temperature.log_loss(said, truth, independent=False) == pytest.approx(expected, rel=1e-9)
    each, answers = sigmoid(LOGITS), RANDOM.random(LOGITS.shape) < sigmoid(LOGITS)
    expected = metrics.of_several_labels(answers, each >= 0.5, each).log_loss
    assert temperature.log_loss(each, answers, independent=True) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("number", [0.5, 2.0])
def test_the_temperature_that_made_it_wrong_is_found(number: float) -> None:
    logits = RANDOM.normal(0, 1.5, (4000, 3))
    truth = drawn(softmax(logits))
    found = temperature.fit(softmax(logits * number), truth, independent=False)
    assert (found.temperature, found.not_fitted) == (pytest.approx(number, rel=0.1), "")
    answers = RANDOM.random(logits.shape) < sigmoid(logits)
    found = temperature.fit(sigmoid(logits * number), answers, independent=True)
    assert (found.temperature, found.not_fitted) == (pytest.approx(number, rel=0.1), "")


def test_no_other_temperature_has_a_smaller_loss() -> None:
    said, truth = softmax(LOGITS), drawn(softmax(LOGITS / 3))
    found = temperature.fit(said, truth, independent=False).temperature

    def loss(number: float) -> float:
        return temperature.log_loss(
            temperature.scaled(said, number, independent=False), truth, independent=False
        )

    assert all(loss(found) <= loss(found * factor) for factor in (0.5, 0.95, 1.05, 2))


def test_of_few_pictures_or_none_wrong_it_is_not_fitted() -> None:
    said, truth = softmax(LOGITS), drawn(softmax(LOGITS))
    few = temperature.fit(said[:29], truth[:29], independent=False)
    assert few == temperature.Fit(1.0, "It takes 30 validation pictures to find a temperature; there are 29.")
    for right, independent in ((LOGITS.argmax(axis=1)[:, None] == np.arange(4), False), (said >= 0.5, True)):
        found = temperature.fit(said, right, independent=independent)
        assert found.temperature == 1
        assert found.not_fitted.startswith("All 400 validation pictures were judged right")


def test_at_the_ends_it_is_not_fitted() -> None:
    # The class that is least likely is always the true one: the flatter the better.
    never = LOGITS.argmin(axis=1)[:, None] == np.arange(4)
    found = temperature.fit(softmax(LOGITS), never, independent=False)
    assert (found.temperature, "hardly tell right from wrong" in found.not_fitted) == (1, True)
    # Next to always the likeliest one, said without any confidence; once another one as likely.
    said = np.full((400, 2), (0.5001, 0.4999))
    said[0] = 0.49999, 0.50001
    truth = np.zeros((400, 2), bool)
    truth[:, 0] = True
    found = temperature.fit(said, truth, independent=False)
    assert (found.temperature, found.not_fitted[:11]) == (1, "Next to all")
