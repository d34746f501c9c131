"""How far from the training pictures is still like them.

The distance to the k-th nearest training picture tells what a network has not seen: Sun, Ming, Zhu, Li:
Out-of-Distribution Detection with Deep Nearest Neighbors, ICML 2022. There as here the features are brought
to one length first, which is what the cosine does, and the threshold is such that 95% of the pictures that
are known to belong stay below it.
"""

from dataclasses import dataclass

import numpy as np

from tlcore.atlas.neighbours import NEAREST
from tlcore.datasets import Dataset, Split
from tlcore.picture_features import Floats

KEPT = 0.95
# Of fewer held-out pictures the 95th percentile is hardly more than the largest distance.
FEW = 20


@dataclass(frozen=True)
class Reach:
    k: int
    """The distance that counts is that to the k-th nearest training picture."""
    threshold: float


def k_of(dataset: Dataset) -> int:
    """So many that one odd picture does not count, and no more than others are in the rarest class."""
    counts = [sides[Split.TRAIN] for sides in dataset.counts().values()]
    return max(1, min(NEAREST, min(counts) - 1))


def of(dataset: Dataset, distances: Floats, *, trained: bool) -> Reach:
    """``distances``: (n, nearest), of each picture; ``trained``: whether layers of the network were.

    Layers that were trained draw their training pictures together, so there the held-out ones say how far
    is usual; a frozen network has seen none of them, and all count. Pictures for the test stay out of it.
    """
    k = min(k_of(dataset), distances.shape[1])
    sides = np.array([item.split for item in dataset.items])
    held_out = sides == Split.VAL
    counted = held_out if trained and held_out.sum() >= FEW else sides != Split.TEST
    return Reach(k, float(np.quantile(distances[counted, k - 1], KEPT)))
