"""The figures against scikit-learn asked directly, and against what can be counted by hand."""

import math

import numpy as np
import pytest
from sklearn import metrics as sk

from tlcore import class_curves, metrics
from tlcore.class_curves import MOST_POINTS


def made(pictures: int, classes: int) -> tuple[metrics.Truth, metrics.Numbers]:
    random = np.random.default_rng(classes)
    truth = random.integers(0, classes, pictures)
    raw = random.normal(size=(pictures, classes)) + 1.5 * np.eye(classes)[truth]
    return truth, np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)


def test_the_figures_are_those_of_scikit_learn() -> None:
    truth, probabilities = made(200, 6)
    predicted, figures = (
        probabilities.argmax(axis=1),
        metrics.of_one_label(truth, probabilities, independent=False),
    )
    assert figures.balanced_accuracy == pytest.approx(sk.balanced_accuracy_score(truth, predicted))
    assert figures.macro_f1 == pytest.approx(sk.f1_score(truth, predicted, average="macro"))
    assert figures.weighted_f1 == pytest.approx(sk.f1_score(truth, predicted, average="weighted"))
    assert (figures.top_k, figures.micro_f1) == (3, None)
    assert figures.top_k_accuracy == pytest.approx(sk.top_k_accuracy_score(truth, probabilities, k=3))
    assert figures.log_loss == pytest.approx(sk.log_loss(truth, probabilities))
    auc = sk.roc_auc_score(truth, probabilities, multi_class="ovr", average="macro")
    assert figures.macro_auc == pytest.approx(auc)
    answers = np.eye(6)[truth]
    assert figures.mean_average_precision == pytest.approx(sk.average_precision_score(answers, probabilities))
    assert figures.interval[0] < (truth == predicted).mean() < figures.interval[1]


def test_few_classes_have_no_top_three() -> None:
    figures = metrics.of_one_label(*made(50, 4), independent=False)
    assert (figures.top_k, figures.top_k_accuracy) == (None, None)


def test_a_class_that_no_picture_has_is_no_trouble() -> None:
    truth = np.array([0, 0, 1, 1])
    probabilities = np.array([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8], [0.2, 0.7, 0.1], [0.1, 0.8, 0.1]])
    figures = metrics.of_one_label(truth, probabilities, independent=False)
    # Half of the first, all of the second; nothing can be said of the third.
    assert figures.balanced_accuracy == 0.75
    assert (figures.curves[2].roc, figures.curves[2].precision_recall) == (None, None)
    areas = [curves.roc.area for curves in figures.curves[:2] if curves.roc]
    assert figures.macro_auc == pytest.approx(sum(areas) / 2)


def test_one_class_only_has_no_area() -> None:
    figures = metrics.of_one_label(np.zeros(3, int), np.full((3, 2), 0.5), independent=False)
    assert (figures.macro_auc, figures.mean_average_precision) == (None, None)
    assert figures.log_loss == pytest.approx(math.log(2))


def test_a_certain_mistake_costs_much_and_not_everything() -> None:
    """Keras takes no probability for less than 1e-7."""
    figures = metrics.of_one_label(np.array([0, 1]), np.array([[0.0, 1.0], [0.0, 1.0]]), independent=False)
    assert figures.log_loss == pytest.approx(-math.log(1e-7) / 2, rel=1e-3)


def test_of_independent_answers_each_counts() -> None:
    truth, probabilities = np.array([0, 2]), np.array([[0.9, 0.4, 0.1], [0.2, 0.1, 0.6]])
    figures = metrics.of_one_label(truth, probabilities, independent=True)
    right = [0.9, 0.6, 0.9, 0.8, 0.9, 0.6]
    assert figures.log_loss == pytest.approx(-sum(map(math.log, right)) / 6)


def test_several_labels_have_figures_of_their_own() -> None:
    truth = np.array([[1, 1, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]], bool)
    probabilities = np.array([[0.9, 0.4, 0.1], [0.2, 0.8, 0.1], [0.7, 0.1, 0.6], [0.1, 0.3, 0.9]])
    predicted = probabilities >= 0.5
    figures = metrics.of_several_labels(truth, predicted, probabilities)
    assert figures.micro_f1 == pytest.approx(sk.f1_score(truth, predicted, average="micro"))
    assert figures.macro_f1 == pytest.approx(sk.f1_score(truth, predicted, average="macro"))
    # Two of four have all right; accuracy by class means nothing here.
    assert figures.interval == pytest.approx((0.15, 0.85), abs=0.005)
    assert (figures.balanced_accuracy, figures.top_k) == (None, None)
    assert figures.log_loss == pytest.approx(sk.log_loss(truth.ravel(), probabilities.ravel()))
    assert sum(bin.count for bin in figures.calibration.bins) == truth.size
    assert figures.mean_average_precision == pytest.approx(sk.average_precision_score(truth, probabilities))


def test_a_curve_of_many_pictures_keeps_its_ends_and_its_area() -> None:
    truth, probabilities = made(3000, 2)
    curves = class_curves.of_each(np.eye(2, dtype=bool)[truth], probabilities)[1]
    assert curves.roc is not None
    assert len(curves.roc.x) <= MOST_POINTS
    assert (curves.roc.x[0], curves.roc.y[0], curves.roc.x[-1], curves.roc.y[-1]) == (0, 0, 1, 1)
    assert curves.roc.area == pytest.approx(sk.roc_auc_score(truth, probabilities[:, 1]))
