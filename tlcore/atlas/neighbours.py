"""The nearest training pictures, by the cosine distance of features: 0 for one direction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore.picture_features import Floats

NEAREST = 8

_BLOCK_ROWS = 512

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Neighbours:
    """Of each picture, the nearest first, never itself."""

    rows: Places
    """(n, k): places among the items of the dataset."""
    distances: Floats
    """(n, k)"""


def of_all(
    features: Floats, training: Places, progress: Callable[[int, int], None] = lambda done, total: None
) -> Neighbours:
    """For each row of ``features``, (n, width), its nearest among the ``training`` rows."""
    kept = min(NEAREST, len(training) - 1)
    search = _search(features[training])
    rows = np.empty((len(features), kept), np.int64)
    distances = np.empty((len(features), kept), np.float32)
    for start in range(0, len(features), _BLOCK_ROWS):
        block = slice(start, min(start + _BLOCK_ROWS, len(features)))
        # One more than is kept, since a training picture finds itself.
        away, found = search.kneighbors(features[block], kept + 1)
        others = training[found]
        # Last for the others, which then lose the farthest.
        own = others == np.arange(block.start, block.stop)[:, None]
        order = np.argsort(own, axis=1, kind="stable")[:, :kept]
        rows[block] = np.take_along_axis(others, order, axis=1)
        distances[block] = np.take_along_axis(away, order, axis=1)
        progress(block.stop, len(features))
    return Neighbours(rows, distances)


def units(features: Floats) -> Floats:
    """Each row of length 1; one of zeros stays as it is."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.where(lengths > 0, lengths, 1), np.float32)


def of_one(training_units: Floats, training: Places, vector: Floats) -> tuple[Places, Floats]:
    """Rows of the training pictures nearest to a new one, and how far they are.

    ``training_units``: (n, width), of ``units``; ``training``: their places; ``vector``: (width,).
    """
    away = 1 - training_units @ units(vector[None])[0]
    order = np.argsort(away, kind="stable")[:NEAREST]
    return training[order], np.maximum(away[order], 0).astype(np.float32)


def _search(features: Floats) -> Any:
    from sklearn.neighbors import NearestNeighbors

    # A tree is no faster than looking at all, in hundreds of dimensions.
    return NearestNeighbors(metric="cosine", algorithm="brute").fit(features)
