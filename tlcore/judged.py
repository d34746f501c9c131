"""One picture and what a model said of it."""

from dataclasses import dataclass
from functools import cached_property

# A class is said of a picture from this probability on, where each has its own yes or no.
THRESHOLD = 0.5


@dataclass(frozen=True)
class Judged:
    """`label` is the first one where there are `more`.

    `predicted` is for pictures of one label, `predicted_labels` where there may be several.
    """

    file: str
    name: str
    label: int
    probabilities: tuple[float, ...]
    more: tuple[int, ...] = ()

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label, *self.more)

    @property
    def predicted_labels(self) -> tuple[int, ...]:
        return tuple(label for label, p in enumerate(self.probabilities) if p >= THRESHOLD)

    @property
    def farthest(self) -> float:
        """The largest distance of a probability from the truth, which is 1 or 0: how wrong the worst is."""
        return max(abs(p - (label in self.labels)) for label, p in enumerate(self.probabilities))

    @cached_property
    def predicted(self) -> int:
        return max(range(len(self.probabilities)), key=self.probabilities.__getitem__)

    @property
    def confidence(self) -> float:
        return max(self.probabilities)
