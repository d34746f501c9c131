"""What a model gets right and wrong on the pictures it was not trained on: ``evaluation.json`` of a run.

All figures are of the probabilities as they are kept, so that they fit the pictures that are shown. An
evaluation written before there were ``figures`` gets them when it is read.
"""

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from tlcore import metrics
from tlcore.datasets import Dataset, Item, Split
from tlcore.errors import WorkspaceError
from tlcore.judged import THRESHOLD, Judged
from tlcore.metrics import ClassFigures, Figures
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Stamp, read_json, stamp, write_json

__all__ = [
    "THRESHOLD",
    "ClassFigures",
    "Evaluation",
    "Figures",
    "Judged",
    "SplitEvaluation",
    "arrays",
    "evaluate",
    "load",
    "save",
]

# Of a probability; smaller ones count as the smallest that a log loss knows.
_DECIMALS = 7
# Those of thousands of pictures are large, and several people look at several runs.
_KEPT = 8
_FIGURES = TypeAdapter(Figures)


@dataclass(frozen=True)
class SplitEvaluation:
    accuracy: float
    """The share of pictures whose class was found; of several labels, the share of right answers among the
    yes or no of each class to each picture (Keras' binary accuracy)."""
    confusion: tuple[tuple[int, ...], ...]
    """Rows are the true classes, columns the predicted ones; empty for several labels."""
    classes: tuple[ClassFigures, ...]
    pictures: tuple[Judged, ...]
    figures: Figures
    exact_match: float | None = None
    """Of several labels, the share of pictures with all of them right and no other; else None."""
    independent: bool = False
    """Whether each class has a yes or no of its own, though a picture may have but one label."""

    @property
    def several_labels(self) -> bool:
        return self.exact_match is not None

    def is_right(self, picture: Judged) -> bool:
        if self.several_labels:
            return {*picture.predicted_labels} == {*picture.labels}
        return picture.predicted == picture.label

    @functools.cached_property
    def mistakes(self) -> list[Judged]:
        """The most confident first."""
        wrong = [picture for picture in self.pictures if not self.is_right(picture)]
        return sorted(wrong, key=lambda one: -one.farthest if self.several_labels else -one.confidence)

    @functools.cached_property
    def least_certain(self) -> list[Judged]:
        """The pictures that were judged right, the most doubtful first."""
        right = [picture for picture in self.pictures if self.is_right(picture)]
        return sorted(right, key=lambda one: -one.farthest if self.several_labels else one.confidence)

    def cell(self, label: int | None, predicted: int | None) -> list[Judged]:
        """The pictures in a cell of the confusion matrix, the surest answers first; None: any class."""
        found = [
            one for one in self.pictures if label in (None, one.label) and predicted in (None, one.predicted)
        ]
        return sorted(found, key=lambda picture: -picture.confidence)

    @functools.cached_property
    def confused(self) -> list[tuple[int, int, int]]:
        """Counts of what was taken for something else, the most frequent first: true, predicted, count."""
        found = [
            (true, said, count)
            for true, row in enumerate(self.confusion)
            for said, count in enumerate(row)
            if count and true != said
        ]
        return sorted(found, key=lambda one: -one[2])

    def yes_and_no(self, label: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """For several labels, counts of one class: rows truly yes and no, columns said yes and no."""
        found = Counter((label in one.labels, label in one.predicted_labels) for one in self.pictures)
        return (found[True, True], found[True, False]), (found[False, True], found[False, False])


@dataclass(frozen=True)
class Evaluation:
    splits: dict[Split, SplitEvaluation]

    def accuracy(self, split: Split) -> float | None:
        return self.splits[split].accuracy if split in self.splits else None


def evaluate(
    dataset: Dataset, judged: dict[Split, npt.NDArray[np.float32]], *, independent: bool = False
) -> Evaluation:
    """``judged``: for each split the probabilities, (n, classes), in the order of ``dataset.of(split)``.

    ``independent``: of each other, though a picture has one label; where it may have several they always are.
    """
    return Evaluation(
        {
            split: _split(
                dataset.classes,
                _judged(dataset.of(split), probabilities),
                dataset.several_labels,
                independent,
            )
            for split, probabilities in judged.items()
        }
    )


def _judged(items: Sequence[Item], probabilities: npt.NDArray[np.float32]) -> tuple[Judged, ...]:
    return tuple(
        Judged(item.file, item.name, item.label, tuple(round(float(p), _DECIMALS) for p in row), item.more)
        for item, row in zip(items, probabilities, strict=True)
    )


def _split(
    classes: tuple[str, ...], pictures: tuple[Judged, ...], several: bool, independent: bool
) -> SplitEvaluation:
    figures = _figures(pictures, several, independent)
    if several:
        return _several_labels(classes, pictures, figures)
    return _one_label(classes, pictures, figures, independent)


def _one_label(
    classes: tuple[str, ...], pictures: tuple[Judged, ...], figures: Figures, independent: bool
) -> SplitEvaluation:
    from sklearn.metrics import accuracy_score, confusion_matrix

    truth = [picture.label for picture in pictures]
    predicted = [picture.predicted for picture in pictures]
    matrix = confusion_matrix(truth, predicted, labels=list(range(len(classes)))).tolist()
    return SplitEvaluation(
        accuracy=float(accuracy_score(truth, predicted)),
        confusion=tuple(tuple(row) for row in matrix),
        classes=metrics.of_classes(classes, truth, predicted),
        pictures=pictures,
        figures=figures,
        independent=independent,
    )


def _several_labels(
    classes: tuple[str, ...], pictures: tuple[Judged, ...], figures: Figures
) -> SplitEvaluation:
    truth, probabilities = arrays(pictures)
    predicted = probabilities >= THRESHOLD
    right = truth == predicted
    return SplitEvaluation(
        accuracy=float(right.mean()),
        confusion=(),
        classes=metrics.of_classes(classes, truth, predicted),
        pictures=pictures,
        figures=figures,
        exact_match=float(right.all(axis=1).mean()),
        independent=True,
    )


def _figures(pictures: Sequence[Judged], several: bool, independent: bool) -> Figures:
    truth, probabilities = arrays(pictures)
    if several:
        return metrics.of_several_labels(truth, probabilities >= THRESHOLD, probabilities)
    labels = np.array([picture.label for picture in pictures])
    return metrics.of_one_label(labels, probabilities, independent=independent)


def arrays(pictures: Sequence[Judged]) -> tuple[metrics.Answers, metrics.Numbers]:
    """Which labels each picture has, and their probabilities; each (n, classes)."""
    probabilities = np.array([picture.probabilities for picture in pictures], np.float64)
    truth = np.zeros(probabilities.shape, np.bool_)
    for row, picture in zip(truth, pictures, strict=True):
        row[list(picture.labels)] = True
    return truth, probabilities


def save(evaluation: Evaluation, run: Run) -> None:
    write_json(run.evaluation_file, {split: asdict(result) for split, result in evaluation.splits.items()})


def load(run: Run) -> Evaluation:
    """Raises NotFound when the run was not evaluated yet, WorkspaceError for a damaged file."""
    file = run.evaluation_file
    try:
        return _read(file, stamp(file), run.output.independent)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise WorkspaceError(
            tr("The evaluation of {name} is damaged. Train it again: it takes seconds.", name=run.name)
        ) from error


# Every page of a run asks for it at every click.
@functools.lru_cache(maxsize=_KEPT)
def _read(file: Path, _stamp: Stamp | None, independent: bool) -> Evaluation:
    """``_stamp``: of the file, by which another content is told."""
    splits = read_json(file)
    return Evaluation({Split(split): _read_split(result, independent) for split, result in splits.items()})


def _read_split(result: dict[str, Any], independent: bool) -> SplitEvaluation:
    """An evaluation written before there were several labels has neither `more` nor `exact_match`."""
    exact_match = result.get("exact_match")
    pictures = tuple(
        Judged(
            picture["file"],
            picture["name"],
            picture["label"],
            tuple(picture["probabilities"]),
            tuple(picture.get("more", ())),
        )
        for picture in result["pictures"]
    )
    kept = result.get("figures")
    return SplitEvaluation(
        result["accuracy"],
        tuple(tuple(row) for row in result["confusion"]),
        tuple(ClassFigures(**figures) for figures in result["classes"]),
        pictures,
        _FIGURES.validate_python(kept)
        if kept is not None
        else _figures(pictures, exact_match is not None, independent),
        exact_match,
        independent or exact_match is not None,
    )
