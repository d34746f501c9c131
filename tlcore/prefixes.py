"""The frozen prefix by name: what its output depends on, told without Keras for weights as they came."""

import hashlib
import json
from pathlib import Path
from typing import Any

from tlcore.plans import PhasePlan, Plan

# Part of every name: raise it when the same parts would give other numbers.
CODE_VERSION = 2


def digest(plan: Plan, phase: PhasePlan, weights: Any) -> str:
    """A hash of all that the prefix's output depends on; ``weights`` tells its weights apart from others.

    By names we choose, not by Keras' own, which count up within a process.
    """
    parts = [
        CODE_VERSION,
        plan.backbone.name,
        plan.backbone.preprocessing,
        plan.image_size_px,
        phase.cut_point,
        plan.recipe.head.pooling if phase.pooled else None,
        weights,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def known_digest(plan: Plan, number: int, weights_folder: Path) -> str | None:
    """The name of a phase's prefix; None where an earlier phase trains in it, or the weights are not here."""
    phase = plan.phases[number]
    if phase.cut_point is None or not is_pristine(phase, trained_from(plan, number)):
        return None
    recipe = plan.recipe
    weights = plan.backbone.weights_id(recipe.backbone.weights, weights_folder, recipe.seed)
    return None if weights is None else digest(plan, phase, weights)


def trained_from(plan: Plan, number: int) -> int:
    """Index of the first layer that a phase before this one trains."""
    return min((phase.frozen_layers for phase in plan.phases[:number]), default=len(plan.layers))


def is_pristine(phase: PhasePlan, trained_from: int) -> bool:
    """Whether a phase's prefix ends before the first layer that was trained."""
    return phase.cut_index is not None and phase.cut_index < trained_from
