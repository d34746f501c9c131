"""How many pictures a model answers when it may say "I don't know", and how many of its answers are right.

The risk-coverage curve: El-Yaniv and Wiener, On the Foundations of Noise-free Selective Classification,
JMLR 11, 2010; for networks Geifman and El-Yaniv, NeurIPS 2017. It answers where it is at least as sure as a
threshold.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tlcore.intervals import wilson

# Whole percents; surer than the last one is next to nobody.
THRESHOLDS = tuple(percent / 100 for percent in range(100))


@dataclass(frozen=True)
class Point:
    threshold: float
    pictures: int
    answered: int
    right: int
    """Of those answered."""

    @property
    def share(self) -> float:
        """Of the pictures, answered."""
        return self.answered / self.pictures

    @property
    def share_interval(self) -> tuple[float, float]:
        return wilson(self.answered, self.pictures)

    @property
    def accuracy(self) -> float | None:
        """Of those answered; None where it answers nothing, as is the interval."""
        return self.right / self.answered if self.answered else None

    @property
    def accuracy_interval(self) -> tuple[float, float] | None:
        return wilson(self.right, self.answered) if self.answered else None


@dataclass(frozen=True, eq=False)
class Coverage:
    sureness: npt.NDArray[np.float64]
    """(n,), of each picture, 0-1."""
    right: npt.NDArray[np.bool_]

    def at(self, threshold: float) -> Point:
        answered = self.sureness >= threshold
        return Point(threshold, len(answered), int(answered.sum()), int((answered & self.right).sum()))

    @property
    def points(self) -> list[Point]:
        """At each whole percent, from answering all on."""
        return [self.at(threshold) for threshold in THRESHOLDS]


def sureness(probabilities: npt.NDArray[np.floating], *, several_labels: bool) -> npt.NDArray[np.float64]:
    """(n,), of rows (n, classes): the likeliest class; of several labels the least sure yes or no."""
    wide = probabilities.astype(np.float64)
    sure: npt.NDArray[np.float64]
    sure = np.maximum(wide, 1 - wide).min(axis=1) if several_labels else wide.max(axis=1)
    return sure
