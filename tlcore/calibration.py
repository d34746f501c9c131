"""Whether probabilities can be taken at their word: those said with 80% should be right 8 times of 10."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 10


@dataclass(frozen=True)
class Bin:
    """What was said with a probability above `low`, up to `high`; the first one includes 0."""

    low: float
    high: float
    count: int
    confidence: float | None
    """The mean of the probabilities; None of an empty bin, as is the share."""
    share: float | None
    """Of those that came true."""


@dataclass(frozen=True)
class Calibration:
    error: float
    """Expected calibration error: the mean distance of confidence and share, each bin as much as it has
    (Naeini, Cooper & Hauskrecht 2015, AAAI; Guo et al. 2017, ICML, section 2)."""
    bins: tuple[Bin, ...]

    @property
    def points(self) -> list[tuple[float, float, int]]:
        """Confidence, share and count of each bin that is not empty."""
        return [
            (bin.confidence, bin.share, bin.count)
            for bin in self.bins
            if bin.confidence is not None and bin.share is not None
        ]


def of(confidence: npt.NDArray[np.floating], came_true: npt.NDArray[np.bool_]) -> Calibration:
    """``confidence``: (n,), what was said, 0–1; ``came_true``: (n,). Ten bins of one width."""
    edges = np.linspace(0, 1, BINS + 1)
    # As sklearn.calibration.calibration_curve does, which tells no counts.
    places = np.searchsorted(edges[1:-1], confidence)
    bins = tuple(
        _bin(low, high, confidence[places == place], came_true[places == place])
        for place, (low, high) in enumerate(zip(edges[:-1], edges[1:], strict=True))
    )
    distances = [
        bin.count * abs(bin.share - bin.confidence)
        for bin in bins
        if bin.share is not None and bin.confidence is not None
    ]
    return Calibration(float(sum(distances) / len(confidence)), bins)


def _bin(low: float, high: float, said: npt.NDArray[np.floating], true: npt.NDArray[np.bool_]) -> Bin:
    low, high = round(float(low), 6), round(float(high), 6)
    if not len(said):
        return Bin(low, high, 0, None, None)
    return Bin(low, high, len(said), float(said.mean()), float(true.mean()))
