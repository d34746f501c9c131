"""How alike pictures are, by the backbone's features: pairs that are nearly one, and nearest neighbours."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

NEIGHBOURS = 10
_BLOCK_ROWS = 512
_MOST_PARTNERS = 20

# Two pictures are nearly one when their features are alike by FEATURES_ALONE, or when these confirm what
# their perceptual hashes say: by CLOSE where at most CLOSE_BITS of 64 differ, by NEAR up to NEAR_BITS.
#
# How they were chosen, on the 25,878 pairs of the sample: 99.9% of them are below 0.59. Looked at one by
# one from the top, pairs that are one drawing (or one at two sizes) end at 0.878, and from 0.819 down they
# are two drawings of one thing: FEATURES_ALONE lies in that gap. Of the pairs that 12 bits or fewer tell
# apart, the last that is one drawing with additions is at 0.69 and the next at 0.53: NEAR lies between. Up to
# 5 bits no unrelated pictures came, so CLOSE only has to be far from chance. They were tried on copies of
# every fifth picture: stored as JPEG again, halved, made darker, mirrored, turned grey or cropped by 3%, all
# 46 are found; turned by 5 degrees 44, cropped by 8% 33, blurred beyond recognition few. Of 79,800 pairs of
# scikit-learn's digits, which all resemble each other, 16 are told, and these are hard to tell apart.
FEATURES_ALONE = 0.85
NEAR_BITS, NEAR = 12, 0.62
CLOSE_BITS, CLOSE = 4, 0.5


@dataclass(frozen=True)
class Similar:
    pairs: tuple[tuple[int, int, float], ...]
    """Rows of two pictures that are nearly one, the smaller first, and how alike they are."""
    neighbours: Numbers
    """The rows of the NEIGHBOURS nearest pictures of each, (n, k), the nearest first."""


def compare(
    features: Floats,
    labels: Numbers,
    hashes: Hashes,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Similar:
    """All pictures with all others. ``features`` (n, width), ``labels`` and ``hashes`` (n,).

    Alike is not the plain cosine: features are never negative, so pictures of one kind have much in common,
    and in a dataset of nothing but solar panels any two are at 0.9. It is the cosine of what is left without
    the mean of the pictures' own classes (halfway between both means for two classes).
    """
    centred = features.astype(np.float32) - features.mean(axis=0, dtype=np.float64).astype(np.float32)
    several = _Centred(centred, labels)
    count = len(centred)
    kept = min(NEIGHBOURS, count - 1)
    pairs: list[tuple[int, int, float]] = []
    neighbours = np.empty((count, kept), np.int64)
    for start in range(0, count, _BLOCK_ROWS):
        rows = slice(start, min(start + _BLOCK_ROWS, count))
        products = centred[rows] @ centred.T
        pairs += _pairs(several.similarity(rows, products), _bits(hashes[rows], hashes), start)
        neighbours[rows] = _nearest(products / several.lengths, start, kept)
        progress(rows.stop, count)
    return Similar(tuple(pairs), neighbours)


def _bits(some: Hashes, every: Hashes) -> npt.NDArray[np.uint8]:
    found: npt.NDArray[np.uint8] = np.bitwise_count(some[:, None] ^ every[None, :])
    return found


def _pairs(similarity: Floats, bits: npt.NDArray[np.uint8], start: int) -> Iterator[tuple[int, int, float]]:
    alike = similarity >= FEATURES_ALONE
    alike |= (bits <= NEAR_BITS) & (similarity >= NEAR)
    alike |= (bits <= CLOSE_BITS) & (similarity >= CLOSE)
    for row in np.flatnonzero(alike.any(axis=1)):
        others = start + row + 1 + np.flatnonzero(alike[row, start + row + 1 :])
        # Enough to hang together: of a film's thousand frames, all pairs would be half a million.
        for other in others[np.argsort(-similarity[row, others], kind="stable")][:_MOST_PARTNERS]:
            yield int(start + row), int(other), float(similarity[row, other])


def _nearest(cosines: Floats, start: int, kept: int) -> Numbers:
    rows = np.arange(len(cosines))
    cosines[rows, start + rows] = -np.inf
    some = np.argpartition(-cosines, kept - 1, axis=1)[:, :kept]
    order = np.argsort(-np.take_along_axis(cosines, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1).astype(np.int64)


class _Centred:
    """Cosines of features without the mean of the classes of both, from plain products of the features."""

    def __init__(self, features: Floats, labels: Numbers) -> None:
        names, self.labels = np.unique(labels, return_inverse=True)
        self.features = features
        self.means = np.stack([features[self.labels == label].mean(axis=0) for label in range(len(names))])
        self.of_means = self.means @ self.means.T
        self.squares = np.einsum("ij,ij->i", features, features)
        self.lengths = np.sqrt(np.maximum(self.squares, 1e-12))
        self.own = np.einsum("ij,ij->i", features, self.means[self.labels])

    def similarity(self, rows: slice, products: Floats) -> Floats:
        """(a − m)·(b − m) / |a − m||b − m| for each of the rows with each picture, m between their means."""
        mine, theirs = self.labels[rows], self.labels
        # All pictures on all means would be gigabytes for thousands of classes.
        classes, place = np.unique(mine, return_inverse=True)
        onto = (self.own[rows, None] + (self.features[rows] @ self.means.T)[:, theirs]) / 2
        back = (self.own[None, :] + (self.means[classes] @ self.features.T)[place]) / 2
        diagonal = np.diag(self.of_means)
        square = diagonal[mine][:, None] + diagonal[theirs][None, :] + 2 * self.of_means[np.ix_(mine, theirs)]
        square = square / 4
        first = np.maximum(self.squares[rows, None] - 2 * onto + square, 1e-12)
        second = np.maximum(self.squares[None, :] - 2 * back + square, 1e-12)
        found: Floats = (products - onto - back + square) / np.sqrt(first * second)
        return found
