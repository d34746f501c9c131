"""What heads say of pictures that they never saw: cross-validation on features, whole groups on one side."""

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

MOST_FOLDS = 10
_SEED = 0

# How these were chosen, on the sample with 10% of its labels flipped, forty draws: the first 30 of the list
# hold 17.7 of the 23 on average, 12 in the worst draw, two thirds or more in 35 draws. The head alone holds
# 17.2 (29 draws), the neighbours alone 17.6 (35). Of the 228 true labels 48 are doubted: they are hard.
_SCALE_FLOOR = 0.3
_STRENGTH = 20.0
_NEAR = 0.1
_PRIOR = 0.05
_LEAST_WEIGHT = 0.02
_BLOCK_ROWS = 512


def out_of_fold(
    features: Floats,
    targets: Floats,
    units: Sequence[str],
    *,
    several_labels: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Floats, int]:
    """Probabilities (n, classes) from heads trained without a picture and without its unit; and the folds.

    ``features`` (n, width), ``targets`` (n, classes) of 0 and 1, ``units`` what must stay on one side. With
    several labels each class has a probability of its own. The row of a picture is NaN where the heads that
    judge it have seen no other picture of one of its classes.

    The answer is the geometric mean of two. One is a logistic regression, trained twice: the second time the
    pictures that look wrong to the first one weigh less, as they do in confident learning, which leaves them
    out (Northcutt, Jiang & Chuang 2021). The other is a vote of all pictures, near ones most (Parzen 1962).
    """
    from threadpoolctl import threadpool_limits

    scaled = _scaled(features)
    folds = _folds(targets, units)
    judges = _classwise if several_labels else _exclusive
    steps = 2 * len(folds)
    first, found = (np.full(targets.shape, np.nan, np.float32) for _ in range(2))
    # Heads are small: the threads of a matrix product would wait for one another most of the time.
    with threadpool_limits(limits=1):
        for number, (train, judged) in enumerate(folds):
            progress(number, steps)
            first[judged] = judges(scaled[train], targets[train], scaled[judged], None)
        trust = _trust(first, targets)
        for number, (train, judged) in enumerate(folds):
            progress(len(folds) + number, steps)
            head = judges(scaled[train], targets[train], scaled[judged], trust[train])
            near = _neighbourhood(scaled[train], targets[train], scaled[judged], several_labels)
            found[judged] = _both(head, near, several_labels)
            unseen = ~targets[train].any(axis=0)
            found[judged[(targets[judged].astype(bool) & unseen).any(axis=1)]] = np.nan
    progress(steps, steps)
    return found, len(folds)


def _scaled(features: Floats) -> Floats:
    """Each feature on a scale of its own, each picture of length 1; and turned so that columns are few."""
    spread = features.std(axis=0)
    floor = _SCALE_FLOOR * features.std()
    found = (features - features.mean(axis=0)) / np.maximum(spread + floor, 1e-12)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
    if len(found) < found.shape[1]:
        # Distances and the regression do not change by a rotation, and fewer columns take less time.
        left, lengths, _ = np.linalg.svd(found, full_matrices=False)
        found = left * lengths
    scaled: Floats = found.astype(np.float32)
    return scaled


def _folds(targets: Floats, units: Sequence[str]) -> list[tuple[Numbers, Numbers]]:
    """Pairs of rows to train on and to judge; fewer than MOST_FOLDS where a class has fewer units."""
    from sklearn.model_selection import StratifiedGroupKFold

    names, group = np.unique(np.asarray(units), return_inverse=True)
    if len(names) < 2:
        return []
    # Of several labels the rarest: it is the hardest to have in every fold.
    label = np.where(targets > 0, targets.sum(axis=0), np.inf).argmin(axis=1)
    fewest = min(len(np.unique(group[targets[:, one] > 0])) for one in range(targets.shape[1]))
    splitter = StratifiedGroupKFold(int(np.clip(fewest, 2, MOST_FOLDS)), shuffle=True, random_state=_SEED)
    with warnings.catch_warnings():
        # Enough pictures have the class; it may still be the rarest label of few.
        warnings.filterwarnings("ignore", message="The least populated class")
        found = [*splitter.split(targets, label, group)]
    return [(train, judged) for train, judged in found if len(train) and len(judged)]


def _exclusive(train: Floats, targets: Floats, judged: Floats, weights: Floats | None) -> Floats:
    from sklearn.linear_model import LogisticRegression

    head = LogisticRegression(C=_STRENGTH, max_iter=500, class_weight="balanced")
    labels = targets.argmax(axis=1)
    found = np.zeros((len(judged), targets.shape[1]), np.float32)
    if len(np.unique(labels)) < 2:
        found[:, labels[0]] = 1
        return found
    head.fit(train, labels, sample_weight=weights)
    found[:, head.classes_] = head.predict_proba(judged)
    return found


def _classwise(train: Floats, targets: Floats, judged: Floats, weights: Floats | None) -> Floats:
    """A yes or no for each class; a class that all pictures of the fold have, or none, is not asked about."""
    from sklearn.linear_model import LogisticRegression

    found = np.empty((len(judged), targets.shape[1]), np.float32)
    for label, column in enumerate(targets.T):
        if column.min() == column.max():
            found[:, label] = column[0]
            continue
        head = LogisticRegression(C=_STRENGTH, max_iter=500)
        head.fit(train, column.astype(int), sample_weight=weights)
        found[:, label] = head.predict_proba(judged)[:, 1]
    return found


def _trust(probabilities: Floats, targets: Floats) -> Floats:
    """A weight for each picture: what the heads think of its labels, against what they think of most."""
    fits = np.where(targets > 0, probabilities, 1).min(axis=1)
    trust: Floats = np.clip(fits / max(float(np.median(fits)), 1e-6), _LEAST_WEIGHT, 1).astype(np.float32)
    return trust


def _neighbourhood(train: Floats, targets: Floats, judged: Floats, several_labels: bool) -> Floats:
    """The vote; as if all classes were of one size, since of a rare one most neighbours are others anyway."""
    sizes = np.maximum(targets.sum(axis=0), 1)
    rests = np.maximum(len(targets) - targets.sum(axis=0), 1)
    found = np.empty((len(judged), targets.shape[1]), np.float32)
    for start in range(0, len(judged), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        weights = np.exp((judged[rows] @ train.T - 1) / _NEAR)
        prior = _PRIOR * weights.mean(axis=1, keepdims=True)
        votes = weights @ targets / sizes + prior
        against = (weights @ (1 - targets) / rests + prior) if several_labels else 0
        total = votes + against if several_labels else votes.sum(axis=1, keepdims=True)
        found[rows] = votes / np.maximum(total, 1e-30)
    return found


def _both(head: Floats, near: Floats, several_labels: bool) -> Floats:
    yes = np.sqrt(head * near)
    no = np.sqrt((1 - head) * (1 - near)) if several_labels else 0
    total = yes + no if several_labels else yes.sum(axis=1, keepdims=True)
    found: Floats = (yes / np.maximum(total, 1e-30)).astype(np.float32)
    return found
