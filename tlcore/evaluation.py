"""What a model gets right and wrong on the pictures it was not trained on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore.datasets import Dataset, Item, Split
from tlcore.errors import WorkspaceError
from tlcore.runs import Run
from tlcore.workspace import read_json, write_json


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
    """One picture and what the model said of it."""

    file: str
    name: str
    label: int
    probabilities: tuple[float, ...]

    @property
    def predicted(self) -> int:
        return max(range(len(self.probabilities)), key=self.probabilities.__getitem__)

    @property
    def confidence(self) -> float:
        return max(self.probabilities)


@dataclass(frozen=True)
class SplitEvaluation:
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]
    """Rows are the true classes, columns the predicted ones."""
    classes: tuple[ClassFigures, ...]
    pictures: tuple[Judged, ...]

    @property
    def mistakes(self) -> list[Judged]:
        """The most confident first."""
        wrong = [picture for picture in self.pictures if picture.predicted != picture.label]
        return sorted(wrong, key=lambda picture: -picture.confidence)


@dataclass(frozen=True)
class Evaluation:
    splits: dict[Split, SplitEvaluation]

    def accuracy(self, split: Split) -> float | None:
        return self.splits[split].accuracy if split in self.splits else None


def evaluate(dataset: Dataset, judged: dict[Split, npt.NDArray[np.float32]]) -> Evaluation:
    """``judged``: for each split the probabilities, (n, classes), in the order of ``dataset.of(split)``."""
    return Evaluation(
        {
            split: _split(dataset.classes, dataset.of(split), probabilities)
            for split, probabilities in judged.items()
        }
    )


def _split(
    classes: Sequence[str], items: Sequence[Item], probabilities: npt.NDArray[np.float32]
) -> SplitEvaluation:
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

    truth = [item.label for item in items]
    predicted = probabilities.argmax(axis=1)
    numbers = range(len(classes))
    # A class nobody was sorted into has no precision; 0 is what the field's tables show.
    figures = precision_recall_fscore_support(truth, predicted, labels=list(numbers), zero_division=0)
    return SplitEvaluation(
        accuracy=float(accuracy_score(truth, predicted)),
        confusion=tuple(
            tuple(row) for row in confusion_matrix(truth, predicted, labels=list(numbers)).tolist()
        ),
        classes=tuple(
            ClassFigures(name, float(precision), float(recall), float(f1), int(support))
            for name, precision, recall, f1, support in zip(classes, *figures, strict=True)
        ),
        pictures=tuple(
            Judged(item.file, item.name, item.label, tuple(round(float(p), 6) for p in row))
            for item, row in zip(items, probabilities, strict=True)
        ),
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
    return SplitEvaluation(
        result["accuracy"],
        tuple(tuple(row) for row in result["confusion"]),
        tuple(ClassFigures(**figures) for figures in result["classes"]),
        tuple(
            Judged(picture["file"], picture["name"], picture["label"], tuple(picture["probabilities"]))
            for picture in result["pictures"]
        ),
    )
