"""What the rules look at: the curves of a run, its recipe, its answers on validation pictures, its data."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

from tlcore import measures
from tlcore.backbones import LayerInfo
from tlcore.config import Recipe
from tlcore.evaluation import SplitEvaluation
from tlcore.history import Event

__all__ = ["Seen", "jumps"]

# A loss that rises by less in an epoch is chance, however small it is already.
_SMALLEST_JUMP = 0.1
_JUMP_SHARE = 0.25
# So many times the loss of guessing, which even a new head with random numbers stays far below.
_WILD = 10


@dataclass(frozen=True)
class Seen:
    recipe: Recipe
    """As it was trained, extensions counted."""
    classes: tuple[str, ...]
    epochs: tuple[Event, ...]
    """Of all phases; at least one."""
    kept: tuple[int, ...] = ()
    """The epochs that early stopping kept."""
    done: bool = True
    """Not stopped by somebody."""
    result: SplitEvaluation | None = None
    """On the validation pictures; None where there are none."""
    trained_layers: int = 0
    """Of the backbone, in the last phase."""
    counts: tuple[int, ...] = ()
    """Training pictures of each class; empty where the pictures are gone."""
    layers: tuple[LayerInfo, ...] = ()
    """Of the backbone, empty where it is gone."""
    across: int | None = None
    """Groups of pictures alike on both sides of the split; None where nobody looked for them."""

    @property
    def phase(self) -> int:
        """The last one that was trained, from 0."""
        return int(self.epochs[-1]["phase"])

    def of_phase(self, phase: int) -> tuple[Event, ...]:
        return tuple(event for event in self.epochs if event["phase"] == phase)

    @cached_property
    def last(self) -> tuple[Event, ...]:
        """The epochs of the last phase."""
        return self.of_phase(self.phase)

    def values(self, key: str) -> list[float]:
        """One for each epoch of the last phase."""
        return [float(event[key]) for event in self.last]

    def end(self, key: str) -> float:
        """The mean of the last two epochs of the last phase: one alone may be chance."""
        return mean(self.values(key)[-2:])

    @cached_property
    def best(self) -> int:
        """The place of the lowest validation loss in the last phase, from 0."""
        losses = self.values("val_loss")
        return losses.index(min(losses))

    @property
    def right(self) -> float:
        """The share of the validation pictures judged right, by the model as it was kept."""
        share = measures.share(self.result)
        return float(self.epochs[-1]["val_accuracy"]) if share is None else share

    @property
    def augmented(self) -> bool:
        """Whether it learned from changed pictures; the first view is the picture itself."""
        choice = self.recipe.augmentation
        return choice.fresh or choice.distinct_views > 1

    @property
    def stopped_early(self) -> bool:
        """Whether early stopping ended the last phase before its time."""
        phase = self.recipe.phases[self.phase]
        return self.done and phase.patience is not None and len(self.last) < phase.epochs

    @cached_property
    def jumping(self) -> int | None:
        """The first phase whose training loss jumps, or is out of all proportion."""
        phases = sorted({int(event["phase"]) for event in self.epochs})
        return next((one for one in phases if self._is_wild([e["loss"] for e in self.of_phase(one)])), None)

    def _is_wild(self, losses: list[float]) -> bool:
        return jumps(losses) or max(losses) > _WILD * self.guess_loss

    @property
    def guess_loss(self) -> float:
        """Of a model that gives all classes the same probability."""
        return log(2) if self.recipe.loss == "binary_crossentropy" else log(len(self.classes))

    @cached_property
    def trend(self) -> tuple[float, float] | None:
        """The validation loss in the last quarter of the last phase, and in the one before: means."""
        losses = self.values("val_loss")
        count = max(1, len(losses) // 4)
        if len(losses) < 2 * count + 1:
            return None
        return mean(losses[-count:]), mean(losses[-2 * count : -count])

    @property
    def training_pictures(self) -> int:
        return sum(self.counts)

    @cached_property
    def unsaid(self) -> list[int]:
        """Classes that have validation pictures and are said of none."""
        if self.result is None:
            return []
        several = self.result.several_labels
        said = {
            label
            for one in self.result.pictures
            for label in (one.predicted_labels if several else (one.predicted,))
        }
        return [i for i, one in enumerate(self.result.classes) if one.support and i not in said]

    def is_rare(self, label: int, times: float) -> bool:
        """Whether another class has so many times its training pictures."""
        return bool(self.counts) and max(self.counts) >= times * self.counts[label]


def jumps(losses: Sequence[float]) -> bool:
    """Whether a loss goes up as well as down: by a large step, and by half of what it went down in all."""
    steps = [after - before for before, after in itertools.pairwise(losses)]
    highest = max(steps, default=0.0)
    if len(losses) < 3 or highest < max(_SMALLEST_JUMP, _JUMP_SHARE * losses[0]):
        return False
    up = sum(step for step in steps if step > 0)
    return up >= 0.5 * (up - sum(steps))


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
