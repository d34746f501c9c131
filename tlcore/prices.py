"""What a phase costs before it is run: seconds and bytes, from what this machine has shown so far."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from tlcore import prefixes, rates
from tlcore.datasets import Dataset, Split
from tlcore.features import Features, View, features_key
from tlcore.plans import PhasePlan, Plan
from tlcore.runtimes import prefix_is_converted
from tlcore.workspace import Workspace

# Share of the machine's peak that LiteRT reaches, for networks it has not run yet (RUNTIMES: 37% to 100%).
_SHARE = {"VGG": 0.98, "ResNet": 0.88, "Inception": 0.9, "DenseNet": 0.8, "ConvNeXt": 0.53, "NASNet": 0.33}
_USUAL_SHARE = 0.65
# Training runs in TensorFlow, which reaches less, and less still in small layers.
_TRAINING_SHARE = 0.3
# Seconds, on the machine of RUNTIMES.md; runs refine the sums they are part of.
_CONVERSION_S, _CONVERSION_PER_LAYER_S = 1.2, 0.012
_COMPILATION_S, _COMPILATION_PER_LAYER_S = 0.6, 0.08
_DECODING_S = 0.003
_STEP_S, _EPOCH_S = 0.0008, 0.04
_FRAME_S, _FRAME_PER_LAYER_S = 1.2, 0.006

# How fast the machine is against its measured peak and the usual shares. Shorter work tells of its beginning
# more than of the machine, and a network of unusual layers must not spoil what is said of the usual ones.
_MACHINE, _TELLING_S, _FARTHEST = "machine", 1.0, 2.5

# Fewer than these tell the first epoch from the others badly.
_FEWEST_EPOCHS = 3


@dataclass(frozen=True)
class Price:
    """Of one phase."""

    cache_bytes: int
    features_s: float
    """To compute the features; 0 where they are there already."""
    features_are_there: bool
    first_batch_s: float
    """Until the network is ready for training."""
    epoch_s: float
    epochs: int

    @property
    def total_s(self) -> float:
        return self.features_s + self.first_batch_s + self.epochs * self.epoch_s


def of_plan(workspace: Workspace, plan: Plan, dataset: Dataset) -> tuple[Price, ...]:
    """The price of each phase on this dataset, on this machine."""
    return tuple(of_phase(workspace, plan, number, dataset) for number in range(len(plan.phases)))


def total_s(workspace: Workspace, plan: Plan, prices: tuple[Price, ...]) -> float:
    """From the click to the finished model, with a worker that is warm and free."""
    return sum(price.total_s for price in prices) + _frame_s(plan) * _factor(workspace, "frame")


def _frame_s(plan: Plan) -> float:
    return _FRAME_S + _FRAME_PER_LAYER_S * len(plan.layers)


def of_phase(workspace: Workspace, plan: Plan, number: int, dataset: Dataset) -> Price:
    phase = plan.phases[number]
    missing = _missing_views(workspace, plan, number, dataset)
    pictures = len(dataset.items)
    features_s = 0.0
    if missing:
        features_s = missing * pictures * picture_s(workspace, plan, phase)
        features_s += _conversion_s(workspace, plan, number)
    return Price(
        cache_bytes=phase.bytes_per_image * pictures * plan.recipe.augmentation.distinct_views,
        features_s=features_s,
        features_are_there=not missing,
        first_batch_s=_compilation_s(plan, phase) * _factor(workspace, "compile"),
        epoch_s=epoch_s(workspace, plan, phase, dataset) * _factor(workspace, kind_of(phase)),
        epochs=plan.recipe.phases[number].epochs,
    )


def _compilation_s(plan: Plan, phase: PhasePlan) -> float:
    layers = len(plan.layers) - (0 if phase.cut_index is None else phase.cut_index + 1)
    return _COMPILATION_S + _COMPILATION_PER_LAYER_S * layers


def picture_s(workspace: Workspace, plan: Plan, phase: PhasePlan) -> float:
    """Seconds for the features of one picture; of its pixels alone, for decoding it."""
    if phase.cut_point is None:
        return _DECODING_S
    gflops = rates.learned(workspace, f"features {plan.backbone.name}")
    if gflops is None:
        gflops = _expected_gflops(workspace, plan) * _factor(workspace, _MACHINE)
    return max(phase.prefix_flop / 1e9 / gflops, _DECODING_S / 4)


def _expected_gflops(workspace: Workspace, plan: Plan) -> float:
    """Billions of operations a second for a network that was never run here."""
    share = next((share for name, share in _SHARE.items() if name in plan.backbone.family), _USUAL_SHARE)
    return share * rates.peak_gflops(workspace)


def epoch_s(workspace: Workspace, plan: Plan, phase: PhasePlan, dataset: Dataset) -> float:
    """Seconds of one epoch as the formula has it, before what runs have taught."""
    train, val = (len(dataset.of(split)) for split in (Split.TRAIN, Split.VAL))
    steps = math.ceil(train / plan.recipe.batch_size)
    frozen_flop = sum(layer.flop for layer in plan.layers[(phase.cut_index or 0) : phase.frozen_layers])
    # Of the way back, what is frozen costs nothing, and the rest twice the way forward.
    forward = phase.suffix_flop
    flop = train * (forward + 2 * max(0, forward - frozen_flop)) + val * forward
    return _EPOCH_S + steps * _STEP_S + flop / 1e9 / (_TRAINING_SHARE * rates.peak_gflops(workspace))


def kind_of(phase: PhasePlan) -> str:
    """Epochs of like kind are refined together."""
    return "epoch head" if len(phase.feature_shape) == 1 else "epoch layers"


def learn_features(
    workspace: Workspace, plan: Plan, number: int, found: Sequence[Features], all_s: float, *, converted: bool
) -> None:
    """Take in what computing a phase's features took, ``all_s`` with the conversion, if one was needed."""
    # Where others made a part, the rest was computed beside them, and slower.
    made = [one for one in found if one.runtime == "litert" and one.pictures == len(one.array)]
    computing_s = sum(one.seconds for one in made)
    phase = plan.phases[number]
    if not made or not computing_s:
        return
    gflop = sum(len(one.array) for one in made) * phase.prefix_flop / 1e9
    rates.learn(workspace, {f"features {plan.backbone.name}": gflop / computing_s})
    if computing_s >= _TELLING_S:
        # The peak was measured in a moment that may have been a slow one: every network tells of the others.
        ratio = gflop / computing_s / _expected_gflops(workspace, plan)
        rates.learn(workspace, {f"factor {_MACHINE}": min(max(ratio, 1 / _FARTHEST), _FARTHEST)})
    if converted and all(one.pictures in (0, len(one.array)) for one in found):
        _learn(workspace, "conversion", all_s - computing_s, _conversion_formula_s(phase))


def learn_epochs(
    workspace: Workspace, plan: Plan, number: int, dataset: Dataset, seconds: Sequence[float]
) -> None:
    """Take in the seconds of a phase's epochs; the first one holds the time until training could begin."""
    if len(seconds) < _FEWEST_EPOCHS:
        return
    phase = plan.phases[number]
    usual_s = statistics.median(seconds[1:])
    _learn(workspace, kind_of(phase), usual_s, epoch_s(workspace, plan, phase, dataset))
    _learn(workspace, "compile", seconds[0] - usual_s, _compilation_s(plan, phase))


def learn_frame(workspace: Workspace, plan: Plan, seconds: float) -> None:
    """Take in what a run took beside features and training."""
    _learn(workspace, "frame", seconds, _frame_s(plan))


def _learn(workspace: Workspace, what: str, measured_s: float, formula_s: float) -> None:
    if measured_s > 0:
        rates.learn(workspace, {f"factor {what}": measured_s / formula_s})


def _factor(workspace: Workspace, what: str) -> float:
    return rates.learned(workspace, f"factor {what}") or 1.0


def _missing_views(workspace: Workspace, plan: Plan, number: int, dataset: Dataset) -> int:
    """How many of the phase's augmentation views are not cached yet."""
    phase, recipe = plan.phases[number], plan.recipe
    digest = prefixes.known_digest(plan, number, workspace.weights)
    views = range(recipe.augmentation.distinct_views)
    if phase.cut_point is not None and digest is None:
        return len(views)
    keys = (
        features_key(
            dataset.items,
            digest,
            plan.image_size_px,
            View(view, recipe.augmentation, recipe.seed, recipe.backbone.fit),
            phase.dtype,
        )
        for view in views
    )
    return sum(not (workspace.features / key / "index.json").is_file() for key in keys)


def _conversion_s(workspace: Workspace, plan: Plan, number: int) -> float:
    phase = plan.phases[number]
    digest = prefixes.known_digest(plan, number, workspace.weights)
    if phase.cut_index is None or (digest and prefix_is_converted(workspace, digest)):
        return 0.0
    return _conversion_formula_s(phase) * _factor(workspace, "conversion")


def _conversion_formula_s(phase: PhasePlan) -> float:
    return _CONVERSION_S + _CONVERSION_PER_LAYER_S * (phase.cut_index or 0)
