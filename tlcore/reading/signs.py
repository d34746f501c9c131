"""The conditions of the rules, each a question to what was seen of a run."""

from tlcore.reading import changes
from tlcore.reading.seen import Seen, mean

ENOUGH_PER_CLASS = 50
"""Training pictures of a class, on average, from which on thawed layers have something to learn from."""
_WIDE = 0.2
_GAP = 0.1
_LOW = 0.9
_NEARLY_ALL = 0.97
_MISSED = 0.5
_UNEQUAL = 3.0
_RARER = 1.5


def leaks(seen: Seen) -> bool:
    """Good figures, and pictures alike on both sides."""
    return bool(seen.across) and seen.right >= _LOW


def rate_too_high(seen: Seen) -> bool:
    return seen.jumping is not None


def never_said(seen: Seen) -> bool:
    return bool(seen.unsaid)


def some_unsaid_is_rare(seen: Seen) -> bool:
    return any(seen.is_rare(label, _RARER) for label in seen.unsaid)


def missed(seen: Seen) -> list[int]:
    """Rare classes of whose validation pictures few are found."""
    if seen.result is None:
        return []
    return [
        label
        for label, one in enumerate(seen.result.classes)
        if one.support and one.recall < _MISSED and seen.is_rare(label, _UNEQUAL)
    ]


def rare_class(seen: Seen) -> bool:
    return bool(missed(seen)) and seen.recipe.class_weights == "none"


def memorises(seen: Seen) -> bool:
    """Since its best epoch the validation loss rises for good while the training loss still falls.

    With early stopping it is no fault: the best epoch was kept.
    """
    phase = seen.recipe.phases[seen.phase]
    if phase.patience is not None or len(seen.last) - seen.best < 4:
        return False
    training, validation = seen.values("loss"), seen.values("val_loss")
    lowest, end = validation[seen.best], seen.end("val_loss")
    rises = end >= 1.1 * lowest and end - lowest > 0.02
    return rises and seen.end("loss") < 0.9 * training[seen.best]


def generalises_badly(seen: Seen) -> bool:
    """More right on training pictures than chance among so few validation pictures explains."""
    training = seen.end("accuracy")
    if training - seen.end("val_accuracy") < _GAP:
        return False
    if seen.result is None or seen.result.several_labels:
        return True
    return training > seen.result.figures.interval[1]


def learned_nearly_all(seen: Seen) -> bool:
    """Of the training pictures."""
    return seen.end("accuracy") >= _NEARLY_ALL


def rate_too_low(seen: Seen) -> bool:
    """In the first phase, whose head is new: the loss stays nearly what it was."""
    first = seen.of_phase(0)
    if len(first) < 4 or changes.higher_rate(seen.recipe, 0) is None:
        return False
    begin, end = float(first[0]["loss"]), float(first[-1]["loss"])
    return end > 0.9 * begin and float(first[-1]["accuracy"]) < _LOW


def underfits(seen: Seen) -> bool:
    """Less right on the pictures it learns from than on others, for epochs: what it learns is held back."""
    if len(seen.last) < 4 or changes.less_dropout(seen.recipe) is None:
        return False
    training, validation = accuracies(seen)
    return training < _LOW and validation - training >= 0.05


def accuracies(seen: Seen) -> tuple[float, float]:
    """On training and on validation pictures, over the last three epochs: means."""
    return mean(seen.values("accuracy")[-3:]), mean(seen.values("val_accuracy")[-3:])


def still_improves(seen: Seen) -> bool:
    trend = seen.trend
    if trend is None or not seen.done or seen.stopped_early or seen.right > 0.995:
        return False
    now, before = trend
    return now < 0.95 * before and before - now > 0.01 and len(seen.last) - seen.best <= 2


def can_thaw(seen: Seen) -> bool:
    """Only the head was trained, and there are pictures enough for more."""
    enough = seen.training_pictures >= ENOUGH_PER_CLASS * len(seen.classes)
    return seen.trained_layers == 0 and enough and seen.right < _NEARLY_ALL


def stands_still(seen: Seen) -> bool:
    """The validation loss gets no lower with the head alone; early stopping has seen to that already."""
    if not can_thaw(seen) or changes.thaw_last_layers(seen.recipe, seen.layers) is None:
        return False
    if seen.stopped_early:
        return True
    return seen.trend is not None and abs(seen.trend[0] - seen.trend[1]) <= 0.05 * seen.trend[1]


def too_few_to_judge(seen: Seen) -> bool:
    if seen.result is None:
        return False
    low, high = seen.result.figures.interval
    return high - low > _WIDE


def perfect(seen: Seen) -> bool:
    return seen.result is not None and not seen.result.mistakes and seen.end("accuracy") >= 0.98


def is_good(seen: Seen) -> bool:
    """Most of what guessing the most frequent class would leave wrong is right."""
    supports = [one.support for one in seen.result.classes] if seen.result else []
    guess = max(supports) / sum(supports) if any(supports) else 1 / len(seen.classes)
    return seen.right - guess >= 0.7 * (1 - guess)
