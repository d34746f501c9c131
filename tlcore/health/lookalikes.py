"""Classes that look alike to the network before it has learned anything about them."""

from collections.abc import Iterator

import numpy as np

from tlcore.datasets import Dataset
from tlcore.health.findings import Finding, Kind, finding
from tlcore.health.similarity import Floats, Numbers
from tlcore.words import tr

# Of a picture's neighbours in both classes, the share in the other one: 0.5 when they cannot be told apart.
# On the sample the most alike, birds and mammals, are at 0.31; a class cut in two at random is at 0.44 to
# 0.59.
ALIKE = 0.35
_FEWEST = 8
_SHOWN_PAIRS = 3


def find(dataset: Dataset, neighbours: Numbers) -> Iterator[Finding]:
    """``neighbours``: rows of the nearest pictures of each. The classes that are most alike come first."""
    labels = np.array([item.label for item in dataset.items])
    mixing = shares(labels, neighbours, len(dataset.classes))
    alike = [
        (float(mixing[one, other]), int(one), int(other))
        for one, other in zip(*np.triu_indices(len(mixing), 1), strict=True)
        if mixing[one, other] >= ALIKE
    ]
    for share, one, other in sorted(alike, reverse=True):
        yield finding(
            dataset,
            Kind.ALIKE,
            tr(
                "'{one}' and '{other}' look alike: what most resembles a picture of one is from the other "
                "{percent:.0f}% of the time, and 50% would be no difference at all. Check that each "
                "picture is where it belongs, or merge the classes.",
                one=dataset.classes[one],
                other=dataset.classes[other],
                percent=100 * share,
            ),
            _closest(labels, neighbours, one, other),
            classes=[one, other],
            score=share,
        )


def shares(labels: Numbers, neighbours: Numbers, classes: int) -> Floats:
    """How far each two classes are mixed, (classes, classes): 0 for apart, 0.5 for not to be told apart."""
    counts = np.zeros((classes, classes))
    np.add.at(counts, (np.repeat(labels, neighbours.shape[1]), labels[neighbours].ravel()), 1)
    sizes = np.bincount(labels, minlength=classes).astype(float)
    # As if all classes were of one size: of a rare one, most neighbours are from the others anyway.
    rates = counts / np.maximum(sizes, 1)
    own = counts.diagonal() / np.maximum(sizes - 1, 1)
    to_other = rates / np.maximum(rates + own[:, None], 1e-12)
    found: Floats = ((to_other + to_other.T) / 2).astype(np.float32)
    found[sizes < _FEWEST] = 0
    found[:, sizes < _FEWEST] = 0
    return found


def _closest(labels: Numbers, neighbours: Numbers, one: int, other: int) -> list[int]:
    """Some pictures of one class, each with the one of the other class that is nearest to it."""
    rows: list[int] = []
    for place in range(neighbours.shape[1]):
        for row in np.flatnonzero(labels == one):
            nearest = int(neighbours[row, place])
            if labels[nearest] == other and row not in rows and nearest not in rows:
                rows += [int(row), nearest]
            if len(rows) >= 2 * _SHOWN_PAIRS:
                return rows
    return rows
