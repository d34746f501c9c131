"""How well each class is told from all others, at every threshold: ROC and precision-recall curves."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Beyond, a curve of thousands of pictures looks no different.
MOST_POINTS = 200

Numbers = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Curve:
    x: tuple[float, ...]
    y: tuple[float, ...]
    area: float
    """Under the curve, from all of its points."""


@dataclass(frozen=True)
class ClassCurves:
    """Both are None for a class that all pictures have, or none: nothing can be told apart then."""

    roc: Curve | None
    """x: the false positive rate, y: the true positive rate; its area is the AUC."""
    precision_recall: Curve | None
    """x: recall, y: precision, a stair; its area is the average precision."""


def of_each(truth: npt.NDArray[np.bool_], probabilities: Numbers) -> tuple[ClassCurves, ...]:
    """Each class against the rest. Both arguments: (n, classes)."""
    return tuple(_of(truth[:, label], probabilities[:, label]) for label in range(truth.shape[1]))


def mean_area(curves: list[Curve | None]) -> float | None:
    """Over the classes that have a curve, each as much as another; None when none has."""
    areas = [curve.area for curve in curves if curve is not None]
    return sum(areas) / len(areas) if areas else None


def _of(truth: npt.NDArray[np.bool_], probability: Numbers) -> ClassCurves:
    from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

    if truth.all() or not truth.any():
        return ClassCurves(None, None)
    false_positives, true_positives, _ = roc_curve(truth, probability)
    precision, recall, _ = precision_recall_curve(truth, probability, drop_intermediate=True)
    return ClassCurves(
        _curve(false_positives, true_positives, auc(false_positives, true_positives)),
        _curve(recall, precision, average_precision_score(truth, probability)),
    )


def _curve(x: Numbers, y: Numbers, area: float) -> Curve:
    kept = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST_POINTS)).round().astype(int))
    return Curve(_rounded(x[kept]), _rounded(y[kept]), float(area))


def _rounded(values: Numbers) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)
