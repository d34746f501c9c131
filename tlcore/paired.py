"""Whether two models differ on the same pictures: McNemar's exact test, and Holm's correction of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

LEVEL = 0.05
"""A difference with a smaller p-value is called measurable."""
FEWEST = 6
"""With fewer pictures that only one of two models gets right, even all of them for one are no proof."""


@dataclass(frozen=True)
class Paired:
    """How many of the same pictures two models get right."""

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def pictures(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def differing(self) -> int:
        """The pictures that one of them gets right and the other wrong; only these can tell."""
        return self.only_first + self.only_second

    @cached_property
    def p_value(self) -> float:
        """Of McNemar's exact test, two-sided: how likely the two counts are at least so far apart by chance.

        If both models were equally good, each differing picture would be the one's or the other's like a
        coin's two sides (McNemar 1947, Psychometrika 12; Dietterich 1998, Neural Computation 10, for models
        of which each was trained once). It takes the pictures for independent of each other.
        """
        # Of scipy.stats, `binomtest` gives the same, and costs a second to import.
        from scipy.special import bdtr

        fewer = min(self.only_first, self.only_second)
        return min(1.0, 2 * float(bdtr(fewer, self.differing, 0.5))) if self.differing else 1.0


def count(first: Sequence[bool], second: Sequence[bool]) -> Paired:
    """``first`` and ``second``: of each picture whether it was right, in the same order."""
    found = list(zip(first, second, strict=True))
    return Paired(
        *(found.count(pair) for pair in ((True, True), (True, False), (False, True), (False, False)))
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values of several tests at once, in their order, so that one in twenty is right for all together.

    Holm 1979, Scandinavian Journal of Statistics 6: the smallest counts as often as there are tests, the
    next once less, and so on; none ends up below the one before it.
    """
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted
