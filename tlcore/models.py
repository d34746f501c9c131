"""A recipe as a Keras model: the whole of it, and the two parts it falls into at a cut."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tlcore import backbones, cuts, heads
from tlcore.config import Recipe
from tlcore.plans import PhasePlan, Plan

# Part of every prefix's name: raise it when the same parts would give other numbers.
CODE_VERSION = 1


@dataclass(frozen=True)
class Prefix:
    """The frozen part: a Keras model, pixels → features, and a hash of all that its output depends on."""

    model: Any
    digest: str


class Network:
    """The layers of a recipe. All models made from it share them, so training one trains all.

    Pixels are float32 of shape (n, size, size, 3), RGB, 0–255; probabilities are (n, classes).
    The backbone always runs in inference mode, also where its weights are trained: BatchNormalization keeps
    its statistics (Keras' own advice, keras.io/guides/transfer_learning) and drop-connect stays off, so that
    a cached prefix and the same layers inside a training graph give the same numbers.
    Raises WeightsUnavailable when the pretrained weights cannot be had.
    """

    def __init__(
        self, plan: Plan, weights_folder: Path, progress: Callable[[int, int], None] | None = None
    ) -> None:
        import keras

        recipe = plan.recipe
        self.plan = plan
        self.entry = backbones.get(recipe.backbone.name)
        keras.utils.set_random_seed(recipe.seed)
        backbone = self.entry.build(recipe.backbone.weights, plan.image_size_px, weights_folder, progress)
        if recipe.backbone.cut_at:
            backbone = cuts.truncate(backbone, recipe.backbone.cut_at)
        self.backbone = backbone
        self.pooling = heads.pooling_layer(recipe.head)
        self.head = heads.trained_layers(recipe.head, plan.classes, recipe.seed)

    @property
    def recipe(self) -> Recipe:
        return self.plan.recipe

    def freeze(self, phase: PhasePlan) -> None:
        """Set each backbone layer's ``trainable`` for the phase."""
        for i, layer in enumerate(self.backbone.layers):
            layer.trainable = i >= phase.frozen_layers

    def whole(self) -> Any:
        """Pixels → probabilities."""
        inputs = self._pixels()
        x = self.backbone(self.entry.preprocess(inputs), training=False)
        return self._model(inputs, self._classified(self.pooling(x)), "thaw")

    def prefix(self, phase: PhasePlan) -> Prefix | None:
        """Pixels → features; None for a phase without a cut point."""
        if phase.cut_point is None:
            return None
        front, _ = cuts.split(self.backbone, phase.cut_point)
        inputs = self._pixels()
        x = front(self.entry.preprocess(inputs), training=False)
        model = self._model(inputs, self.pooling(x) if phase.pooled else x, "prefix")
        # By names we choose, not by Keras' own, which count up within a process.
        parts = [
            CODE_VERSION,
            self.entry.name,
            self.entry.preprocessing,
            self.plan.image_size_px,
            phase.cut_point,
            self.recipe.head.pooling if phase.pooled else None,
        ]
        digest = hashlib.sha256(json.dumps(parts).encode())
        for weight in model.weights:
            digest.update(np.ascontiguousarray(weight.numpy()).data)
        return Prefix(model, digest.hexdigest())

    def suffix(self, phase: PhasePlan) -> Any:
        """Features → probabilities; for a phase without a cut point, pixels → probabilities."""
        import keras

        if phase.cut_point is None:
            return self.whole()
        features = keras.Input(phase.feature_shape, name="features")
        if phase.pooled:
            return self._model(features, self._classified(features), "suffix")
        _, back = cuts.split(self.backbone, phase.cut_point)
        x = back(features, training=False)
        return self._model(features, self._classified(self.pooling(x)), "suffix")

    def _pixels(self) -> Any:
        import keras

        size = self.plan.image_size_px
        return keras.Input((size, size, 3), name="rgb_0_255")

    def _classified(self, x: Any) -> Any:
        for layer in self.head:
            x = layer(x)
        return x

    @staticmethod
    def _model(inputs: Any, outputs: Any, name: str) -> Any:
        import keras

        return keras.Model(inputs, outputs, name=name)
