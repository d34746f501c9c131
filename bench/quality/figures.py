"""What the trials say: means, and how far each recipe is from the default on the same pictures and seeds."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench.quality.contenders import Group
from bench.quality.trial import Trial
from tlcore.paired import LEVEL, holm

Measure = Literal["accuracy", "log_loss"]
MEASURES: tuple[Measure, ...] = ("accuracy", "log_loss")
_SIGNS: dict[Measure, int] = {"accuracy": 1, "log_loss": -1}
"""1 where more is better."""


@dataclass(frozen=True)
class Difference:
    """Of a recipe from the default, mean over the seeds; above 0 the recipe has more."""

    mean: float
    low: float
    high: float
    p_value: float
    """Of the paired t-test, two-sided; corrected by Holm where `compare` made it."""

    def wins(self, measure: Measure) -> bool:
        """Whether the recipe is measurably better than the default."""
        return self.p_value < LEVEL and self.mean * _SIGNS[measure] > 0

    def loses(self, measure: Measure) -> bool:
        return self.p_value < LEVEL and self.mean * _SIGNS[measure] < 0


@dataclass(frozen=True)
class Row:
    """A recipe on one set of pictures, or on all of them."""

    contender: str
    group: Group
    accuracy: float
    log_loss: float
    seconds: float
    differences: dict[Measure, Difference] | None
    """From the default; None of the default itself."""


def compare(trials: Sequence[Trial], groups: dict[str, Group]) -> list[Row]:
    """A row for each recipe of ``groups``, the default first. Every recipe has the same seeds and sets.

    Of several sets each counts the same. Holm's correction is over the recipes, for each measure by itself.
    Needs two seeds.
    """
    default, *others = groups
    found = {
        measure: [
            paired(_by_seed(trials, name, measure), _by_seed(trials, default, measure)) for name in others
        ]
        for measure in MEASURES
    }
    for measure, differences in found.items():
        corrected = holm([one.p_value for one in differences])
        found[measure] = [
            Difference(one.mean, one.low, one.high, p_value)
            for one, p_value in zip(differences, corrected, strict=True)
        ]
    return [
        _row(trials, default, groups[default], None),
        *(
            _row(trials, name, groups[name], {measure: found[measure][place] for measure in MEASURES})
            for place, name in enumerate(others)
        ),
    ]


def paired(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Of ``first`` from ``second``, which have a number for each seed, in the same order.

    Student's t with one degree of freedom less than there are seeds, 95%. The splits of different seeds
    share pictures, so it says what other splits of these pictures would give, not what other pictures would
    (Nadeau & Bengio 2003, Machine Learning 52): it finds differences rather too often than too seldom, and
    the default is held to that.
    """
    from scipy.special import stdtr, stdtrit

    gaps = [one - other for one, other in zip(first, second, strict=True)]
    mean, free = statistics.fmean(gaps), len(gaps) - 1
    error = statistics.stdev(gaps) / math.sqrt(len(gaps))
    half = float(stdtrit(free, 0.975)) * error
    if error == 0:
        return Difference(mean, mean, mean, 1.0 if mean == 0 else 0.0)
    return Difference(mean, mean - half, mean + half, 2 * float(stdtr(free, -abs(mean) / error)))


def _by_seed(trials: Sequence[Trial], contender: str, measure: Measure) -> list[float]:
    """The mean over the sets, for each seed."""
    own = [trial for trial in trials if trial.contender == contender]
    return [
        statistics.fmean(getattr(trial, measure) for trial in own if trial.seed == seed)
        for seed in sorted({trial.seed for trial in own})
    ]


def _row(
    trials: Sequence[Trial], name: str, group: Group, differences: dict[Measure, Difference] | None
) -> Row:
    own = [trial for trial in trials if trial.contender == name]
    return Row(
        name,
        group,
        statistics.fmean(trial.accuracy for trial in own),
        statistics.fmean(trial.log_loss for trial in own),
        statistics.fmean(trial.seconds for trial in own),
        differences,
    )


def better(rows: Sequence[Row], measure: Measure) -> list[Row]:
    """The recipes of the same cost, or of the tutorials, that are measurably better than the default."""
    fair = [row for row in rows if row.group is not Group.MORE]
    return [row for row in fair if row.differences is not None and row.differences[measure].wins(measure)]
