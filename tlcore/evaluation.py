"""What a model gets right and wrong on the pictures it was not trained on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore.datasets import Dataset, Item, Split
from tlcore.errors import WorkspaceError
from tlcore.runs import Run
from tlcore.workspace import read_json, write_json

# A class is said of a picture from this probability on, where each has its own yes or no.
THRESHOLD = 0.5


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
class Judged:
    """One picture and what the model said of it. `label` is the first one where there are `more`.

    `predicted` is for pictures of one label, `predicted_labels` where there may be several.
    """

    file: str
    name: str
    label: int
    probabilities: tuple[float, ...]
    more: tuple[int, ...] = ()

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label, *self.more)

    @property
    def predicted_labels(self) -> tuple[int, ...]:
        return tuple(label for label, p in enumerate(self.probabilities) if p >= THRESHOLD)

    @property
    def farthest(self) -> float:
        """The largest distance of a probability from the truth, which is 1 or 0: how wrong the worst is."""
        return max(abs(p - (label in self.labels)) for label, p in enumerate(self.probabilities))

    @property
    def predicted(self) -> int:
        return max(range(len(self.probabilities)), key=self.probabilities.__getitem__)

    @property
    def confidence(self) -> float:
        return max(self.probabilities)


@dataclass(frozen=True)
class SplitEvaluation:
    accuracy: float
    """The share of pictures whose class was found; of several labels, the share of right answers among the
    yes or no of each class to each picture (Keras' binary accuracy)."""
    confusion: tuple[tuple[int, ...], ...]
    """Rows are the true classes, columns the predicted ones; empty for several labels."""
    classes: tuple[ClassFigures, ...]
    pictures: tuple[Judged, ...]
    exact_match: float | None = None
    """Of several labels, the share of pictures with all of them right and no other; else None."""

    @property
    def several_labels(self) -> bool:
        return self.exact_match is not None

    @property
    def mistakes(self) -> list[Judged]:
        """The most confident first."""
        if self.several_labels:
            wrong = [
                picture for picture in self.pictures if set(picture.predicted_labels) != {*picture.labels}
            ]
            return sorted(wrong, key=lambda picture: -picture.farthest)
        wrong = [picture for picture in self.pictures if picture.predicted != picture.label]
        return sorted(wrong, key=lambda picture: -picture.confidence)

    def yes_and_no(self, label: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """For several labels, counts of one class: rows truly yes and no, columns said yes and no."""
        found = Counter((label in one.labels, label in one.predicted_labels) for one in self.pictures)
        return (found[True, True], found[True, False]), (found[False, True], found[False, False])


@dataclass(frozen=True)
class Evaluation:
    splits: dict[Split, SplitEvaluation]

    def accuracy(self, split: Split) -> float | None:
        return self.splits[split].accuracy if split in self.splits else None


def evaluate(dataset: Dataset, judged: dict[Split, npt.NDArray[np.float32]]) -> Evaluation:
    """``judged``: for each split the probabilities, (n, classes), in the order of ``dataset.of(split)``.

    They are independent of each other where the dataset has several labels per picture.
    """
    figures = _several_labels if dataset.several_labels else _one_label
    return Evaluation(
        {
            split: figures(dataset.classes, _judged(dataset.of(split), probabilities), probabilities)
            for split, probabilities in judged.items()
        }
    )


def _judged(items: Sequence[Item], probabilities: npt.NDArray[np.float32]) -> tuple[Judged, ...]:
    return tuple(
        Judged(item.file, item.name, item.label, tuple(round(float(p), 6) for p in row), item.more)
        for item, row in zip(items, probabilities, strict=True)
    )


def _one_label(
    classes: Sequence[str], pictures: tuple[Judged, ...], probabilities: npt.NDArray[np.float32]
) -> SplitEvaluation:
    from sklearn.metrics import accuracy_score, confusion_matrix

    truth = [picture.label for picture in pictures]
    predicted = probabilities.argmax(axis=1)
    numbers = list(range(len(classes)))
    matrix = confusion_matrix(truth, predicted, labels=numbers).tolist()
    return SplitEvaluation(
        accuracy=float(accuracy_score(truth, predicted)),
        confusion=tuple(tuple(row) for row in matrix),
        classes=_class_figures(classes, truth, predicted),
        pictures=pictures,
    )


def _several_labels(
    classes: Sequence[str], pictures: tuple[Judged, ...], _: npt.NDArray[np.float32]
) -> SplitEvaluation:
    numbers = range(len(classes))
    truth = np.array([[label in picture.labels for label in numbers] for picture in pictures])
    # From what is kept of them, so that every figure fits the pictures that are shown.
    predicted = np.array([picture.probabilities for picture in pictures]) >= THRESHOLD
    right = truth == predicted
    return SplitEvaluation(
        accuracy=float(right.mean()),
        confusion=(),
        classes=_class_figures(classes, truth, predicted),
        pictures=pictures,
        exact_match=float(right.all(axis=1).mean()),
    )


def _class_figures(classes: Sequence[str], truth: Any, predicted: Any) -> tuple[ClassFigures, ...]:
    """``truth`` and ``predicted``: a class for each picture, or (n, classes) of yes and no."""
    from sklearn.metrics import precision_recall_fscore_support

    # A class nobody was sorted into has no precision; 0 is what the field's tables show.
    figures = precision_recall_fscore_support(
        truth, predicted, labels=list(range(len(classes))), zero_division=0
    )
    return tuple(
        ClassFigures(name, float(precision), float(recall), float(f1), int(support))
        for name, precision, recall, f1, support in zip(classes, *figures, strict=True)
    )


def save(evaluation: Evaluation, run: Run) -> None:
    write_json(run.evaluation_file, {split: asdict(result) for split, result in evaluation.splits.items()})


def load(run: Run) -> Evaluation:
    """Raises NotFound when the run was not evaluated yet, WorkspaceError for a damaged file."""
    splits = read_json(run.evaluation_file)
    try:
        return Evaluation({Split(split): _read(result) for split, result in splits.items()})
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise WorkspaceError(
            f"The evaluation of {run.name} is damaged. Train it again: it takes seconds."
        ) from error


def _read(result: dict[str, Any]) -> SplitEvaluation:
    """An evaluation written before there were several labels has neither `more` nor `exact_match`."""
    return SplitEvaluation(
        result["accuracy"],
        tuple(tuple(row) for row in result["confusion"]),
        tuple(ClassFigures(**figures) for figures in result["classes"]),
        tuple(
            Judged(
                picture["file"],
                picture["name"],
                picture["label"],
                tuple(picture["probabilities"]),
                tuple(picture.get("more", ())),
            )
            for picture in result["pictures"]
        ),
        result.get("exact_match"),
    )
