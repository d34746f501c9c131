"""The figures of a model on pictures it was not trained on, by scikit-learn.

scikit-learn is imported inside: a server that only reads them does without.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore import calibration, class_curves, temperature
from tlcore.calibration import Calibration
from tlcore.class_curves import ClassCurves
from tlcore.intervals import wilson

# With fewer classes than this, being among the first three says little.
_TOP, _TOP_FROM_CLASSES = 3, 5

Truth = npt.NDArray[np.intp]
Answers = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ClassFigures:
    name: str
    precision: float
    """Of the pictures called this class, the share that are."""
    recall: float
    """Of the pictures of this class, the share that were found."""
    f1: float
    """Harmonic mean of both."""
    support: int
    """Pictures of this class."""


@dataclass(frozen=True)
class Figures:
    """What there is beside the accuracy. None is what the kind of labels has no such figure for."""

    interval: tuple[float, float]
    """95%, of the accuracy; of several labels, of the exact match: a picture's answers hang together."""
    balanced_accuracy: float | None
    """The mean recall of the classes that the pictures have."""
    macro_f1: float
    weighted_f1: float
    micro_f1: float | None
    """Of several labels: over all answers. Of one label it is the accuracy."""
    top_k: int | None
    """How many of the likeliest classes `top_k_accuracy` looks at; None for few classes."""
    top_k_accuracy: float | None
    log_loss: float
    """Cross-entropy, natural logarithm; where each class has its own yes or no, the mean over all answers."""
    macro_auc: float | None
    """The mean area under the ROC curves, each class against the rest."""
    mean_average_precision: float | None
    calibration: Calibration
    """Of the likeliest class; of several labels, of every yes."""
    curves: tuple[ClassCurves, ...]
    """Of each class, in their order."""


def of_one_label(truth: Truth, probabilities: Numbers, *, independent: bool) -> Figures:
    """``truth``: (n,), the class of each picture; ``probabilities``: (n, classes).

    ``independent``: each probability is an answer of its own, so that they do not sum to 1.
    """
    from sklearn.metrics import f1_score, recall_score, top_k_accuracy_score

    classes = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    answers = truth[:, None] == np.arange(classes)
    top = _TOP if classes >= _TOP_FROM_CLASSES else None
    return Figures(
        interval=wilson(int((truth == predicted).sum()), len(truth)),
        # As balanced_accuracy_score, which warns of a class that was said and is not there.
        balanced_accuracy=float(recall_score(truth, predicted, labels=np.unique(truth), average="macro")),
        macro_f1=float(f1_score(truth, predicted, average="macro")),
        weighted_f1=float(f1_score(truth, predicted, average="weighted")),
        micro_f1=None,
        top_k=top,
        top_k_accuracy=top
        and float(top_k_accuracy_score(truth, probabilities, k=top, labels=range(classes))),
        log_loss=temperature.log_loss(probabilities, answers, independent=independent),
        calibration=calibration.of(probabilities.max(axis=1), truth == predicted),
        **_curves(answers, probabilities),
    )


def of_several_labels(truth: Answers, predicted: Answers, probabilities: Numbers) -> Figures:
    """Each (n, classes): which labels a picture has, which were said of it, and how surely."""
    from sklearn.metrics import f1_score

    def f1(average: str) -> float:
        return float(f1_score(truth, predicted, average=average, zero_division=0))

    return Figures(
        interval=wilson(int((truth == predicted).all(axis=1).sum()), len(truth)),
        balanced_accuracy=None,
        macro_f1=f1("macro"),
        weighted_f1=f1("weighted"),
        micro_f1=f1("micro"),
        top_k=None,
        top_k_accuracy=None,
        log_loss=temperature.log_loss(probabilities, truth, independent=True),
        calibration=calibration.of(probabilities.ravel(), truth.ravel()),
        **_curves(truth, probabilities),
    )


def of_classes(names: tuple[str, ...], truth: Any, predicted: Any) -> tuple[ClassFigures, ...]:
    """``truth`` and ``predicted``: a class for each picture, or (n, classes) of yes and no."""
    from sklearn.metrics import precision_recall_fscore_support

    # A class nobody was sorted into has no precision; 0 is what the field's tables show.
    figures = precision_recall_fscore_support(
        truth, predicted, labels=list(range(len(names))), zero_division=0
    )
    return tuple(
        ClassFigures(name, float(precision), float(recall), float(f1), int(support))
        for name, precision, recall, f1, support in zip(names, *figures, strict=True)
    )


def _curves(answers: Answers, probabilities: Numbers) -> dict[str, Any]:
    curves = class_curves.of_each(answers, probabilities)
    return {
        "curves": curves,
        "macro_auc": class_curves.mean_area([one.roc for one in curves]),
        "mean_average_precision": class_curves.mean_area([one.precision_recall for one in curves]),
    }
