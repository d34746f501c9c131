"""Which pictures look wrongly labelled, from what heads said of them that never saw them."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from tlcore.datasets import Dataset
from tlcore.doctor.heads import Floats, Numbers
from tlcore.doctor.report import NEAREST, Suspect

_SHOWN = 3
_YES = 0.5

Bools = npt.NDArray[np.bool_]


def find(dataset: Dataset, probabilities: Floats, features: Floats, units: Sequence[str]) -> list[Suspect]:
    """The most doubtful first. ``probabilities`` (n, classes) out of fold; rows of NaN were not judged.

    One label: suspects are those of which the heads say another class; the order is by self-confidence, the
    probability of their own. Several: confident learning for each class by itself. Both as cleanlab has it
    (Northcutt, Jiang & Chuang, "Confident Learning", JAIR 2021; Thyagarajan et al. 2023 for several labels).
    """
    judged = np.flatnonzero(~np.isnan(probabilities).any(axis=1))
    if not len(judged):
        return []
    targets = dataset.targets()
    judge = _several if dataset.several_labels else _single
    quality, suggested = judge(targets[judged], np.clip(probabilities[judged].astype(float), 0, 1))
    wrong = np.flatnonzero((suggested != (targets[judged] > 0)).any(axis=1))
    order = wrong[np.argsort(quality[wrong], kind="stable")]
    rows = judged[order]
    nearest = _nearest(features, rows, units)
    return [
        _suspect(targets, probabilities[row], int(row), suggested[place], float(quality[place]), near)
        for row, place, near in zip(rows, order, nearest, strict=True)
    ]


def _single(targets: Floats, probabilities: npt.NDArray[np.float64]) -> tuple[Floats, Bools]:
    from cleanlab.rank import get_label_quality_scores

    labels = targets.argmax(axis=1)
    quality = get_label_quality_scores(labels, probabilities, method="self_confidence")
    said = np.zeros(targets.shape, bool)
    said[np.arange(len(said)), probabilities.argmax(axis=1)] = True
    return quality, said


def _several(targets: Floats, probabilities: npt.NDArray[np.float64]) -> tuple[Floats, Bools]:
    from cleanlab.multilabel_classification import get_label_quality_scores
    from cleanlab.multilabel_classification.filter import find_multilabel_issues_per_class

    labels = [np.flatnonzero(row).tolist() for row in targets]
    quality = get_label_quality_scores(labels, probabilities)
    # A class that all pictures have, or none, has nothing to be compared with.
    asked = np.flatnonzero(targets.any(axis=0) & ~targets.all(axis=0))
    issues = np.zeros(targets.shape, bool)
    for label in asked:
        has = [[0] if row[label] else [] for row in targets]
        column = probabilities[:, [label]]
        issues[:, [label]] = find_multilabel_issues_per_class(
            has, column, filter_by="confident_learning", n_jobs=1
        )
    # Likely at the least: a label that a rare class lacks is not said to be there by 20%.
    issues &= (probabilities >= _YES) != (targets > 0)
    suggested = (targets > 0) ^ issues
    # A picture without any label cannot be: then it is that which is most likely.
    bare = ~suggested.any(axis=1)
    suggested[bare, probabilities[bare].argmax(axis=1)] = True
    return quality, suggested


def _nearest(features: Floats, rows: Numbers, units: Sequence[str]) -> Iterator[Numbers]:
    """For each of the rows those of all others, the nearest first; none that its unit holds."""
    _, group = np.unique(np.asarray(units), return_inverse=True)
    centred = features - features.mean(axis=0)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-12)
    for row in rows:
        order = np.argsort(-(centred @ centred[row]), kind="stable")
        yield order[group[order] != group[row]]


def _suspect(
    targets: Floats, probabilities: Floats, row: int, suggested: Bools, quality: float, nearest: Numbers
) -> Suspect:
    given = targets[row] > 0
    # The farthest from what the labels say, of the classes that would change.
    focus = int(np.where(suggested != given, np.abs(probabilities - given), -1).argmax())
    if suggested.sum() == given.sum() == 1:
        focus = int(suggested.argmax())
    asked = nearest[:NEAREST]
    speaking = nearest[targets[nearest, focus] == suggested[focus]]
    own = np.flatnonzero(given)
    return Suspect(
        row=row,
        suggested=tuple(np.flatnonzero(suggested).tolist()),
        focus=focus,
        quality=round(quality, 6),
        probability=round(float(probabilities[focus]), 6),
        given_probability=round(float(probabilities[own].min()), 6),
        votes=int(targets[asked, focus].sum()),
        own_votes=int(targets[asked, own[0]].sum()),
        asked=len(asked),
        near=tuple(speaking[:_SHOWN].tolist()),
    )
