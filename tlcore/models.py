"""A recipe as a Keras model: the whole of it, and the two parts it falls into at a cut."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tlcore import cuts, heads, prefixes, warm
from tlcore.config import Phase, Recipe
from tlcore.plans import PhasePlan, Plan


@dataclass(frozen=True)
class Prefix:
    """The frozen part: a Keras model, pixels → features, and a hash of all that its output depends on."""

    model: Any
    digest: str


class Network:
    """The layers of a recipe. All models made from it share them, so training one trains all.

    Pixels are float32 of shape (n, size, size, 3), RGB, 0–255; probabilities are (n, classes).
    The backbone runs in inference mode, also where its weights are trained: BatchNormalization keeps its
    statistics (Keras' own advice, keras.io/guides/transfer_learning) and drop-connect stays off, so that a
    cached prefix and the same layers inside a training graph give the same numbers. Where a phase asks for it
    the trained BatchNormalization layers, and only they, follow the batches.
    Raises WeightsUnavailable when the pretrained weights cannot be had.
    """

    def __init__(
        self, plan: Plan, weights_folder: Path, progress: Callable[[int, int], None] | None = None
    ) -> None:
        import keras

        recipe = plan.recipe
        self.plan = plan
        self.entry = plan.backbone
        keras.utils.set_random_seed(recipe.seed)
        choice, size = recipe.backbone.weights, plan.image_size_px
        known = self.entry.weights_id(choice, weights_folder, recipe.seed)
        self._built = warm.take((self.entry.name, size, known) if known else None)
        if self._built is None:
            self._built = self.entry.build(choice, size, weights_folder, progress)
        # Some are known only once they are downloaded.
        self._weights_id = known or self.entry.weights_id(choice, weights_folder, recipe.seed)
        cut_at = recipe.backbone.cut_at
        self.backbone = cuts.truncate(self._built, cut_at) if cut_at else self._built
        self._trained_from = len(plan.layers)
        self.pooling = heads.pooling_layer(recipe.head) if len(plan.output_shape) > 1 else None
        self.head = heads.trained_layers(recipe.head, plan.output, recipe.seed)

    @property
    def recipe(self) -> Recipe:
        return self.plan.recipe

    def freeze(self, phase: PhasePlan) -> None:
        """Set each backbone layer's ``trainable`` for the phase, which is then taken as trained."""
        self._trained_from = min(self._trained_from, phase.frozen_layers)
        for i, layer in enumerate(self.backbone.layers):
            layer.trainable = i >= phase.frozen_layers

    @property
    def weights_id(self) -> str | None:
        """What tells the pretrained weights apart from any others."""
        return self._weights_id

    def trained_variables(self) -> list[Any]:
        """Keras variables of all that training has changed so far or may change now, always in one order.

        They follow from the phases that were frozen for; the frozen layers are not among them. The head has
        its variables from the first model on that is made of it: see ``build_head``.
        """
        layers = [*self.backbone.layers[self._trained_from :], *self.head]
        return [variable for layer in layers for variable in layer.weights]

    def build_head(self) -> None:
        """Make the head's variables, before there is a model."""
        import keras

        self._classified(keras.Input(heads.pooled_shape(self.recipe.head, self.plan.output_shape)))

    def give_back(self) -> None:
        """Leave the backbone, if it is as it came, to the next run; this network is done with it then."""
        if self._weights_id is not None and self._trained_from == len(self.plan.layers):
            key = (self.entry.name, self.plan.image_size_px, self._weights_id)
            warm.give_back(key, self._built)

    def whole(self, phase: Phase | None = None) -> Any:
        """Pixels → probabilities; to be trained as a phase asks, or to be kept."""
        inputs = self._pixels()
        x = self._run(self.backbone, self.entry.preprocess(inputs), phase)
        return self._model(inputs, self._classified(self._pooled(x)), "thaw")

    def prefix(self, phase: PhasePlan) -> Prefix | None:
        """Pixels → features; None for a phase without a cut point."""
        if phase.cut_point is None:
            return None
        front, _ = cuts.split(self.backbone, phase.cut_point)
        inputs = self._pixels()
        x = front(self.entry.preprocess(inputs), training=False)
        model = self._model(inputs, self._pooled(x) if phase.pooled else x, "prefix")
        # As they came, the weights are known by where they came from; once trained, by their numbers.
        pristine = self._weights_id is not None and prefixes.is_pristine(phase, self._trained_from)
        weights = self._weights_id if pristine else _hash(model)
        return Prefix(model, prefixes.digest(self.plan, phase, weights))

    def suffix(self, plan: PhasePlan, phase: Phase | None = None) -> Any:
        """Features → probabilities; for a phase without a cut point, pixels → probabilities."""
        import keras

        if plan.cut_point is None:
            return self.whole(phase)
        features = keras.Input(plan.feature_shape, name="features")
        if plan.pooled:
            return self._model(features, self._classified(features), "suffix")
        _, back = cuts.split(self.backbone, plan.cut_point)
        x = self._run(back, features, phase)
        return self._model(features, self._classified(self._pooled(x)), "suffix")

    @staticmethod
    def _run(network: Any, x: Any, phase: Phase | None) -> Any:
        """The network's output for a tensor: as it is kept, or as a phase trains it."""
        if phase is None:
            return network(x, training=False)
        return _trained_backbone(network, phase.batch_normalization == "trained")(x)

    def _pooled(self, x: Any) -> Any:
        return x if self.pooling is None else self.pooling(x)

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


def _hash(model: Any) -> str:
    digest = hashlib.sha256()
    for weight in model.weights:
        digest.update(np.ascontiguousarray(weight.numpy()).data)
    return digest.hexdigest()


def _trained_backbone(network: Any, follow_batches: bool) -> Any:
    """A layer that runs a network in inference mode inside a model that is being trained.

    Keras' ``network(x, training=False)`` does not do that: inside a functional model the ``training=True`` of
    ``fit`` takes the place of the recorded False (Keras 3.15), so statistics would move and drop-connect
    would drop. With ``follow_batches`` the trained BatchNormalization layers follow ``training``, only they.
    """
    import keras

    class TrainedBackbone(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(name=network.name)
            self.network = network

        def call(self, x: Any, training: bool | None = None) -> Any:
            if not (follow_batches and training):
                return self.network(x, training=False)
            return self.network._run_through_graph(x, operation_fn=_with_batch_statistics)

    return TrainedBackbone()


def _with_batch_statistics(operation: Any) -> Any:
    """The operation, in training mode only where it is a trained BatchNormalization."""
    import keras

    def call(*inputs: Any, **options: Any) -> Any:
        # Operations that are no layers, and most layers, know no modes.
        if "training" in getattr(operation, "_call_context_args", {}):
            normalizes = isinstance(operation, keras.layers.BatchNormalization)
            options["training"] = normalizes and operation.trainable
        return operation(*inputs, **options)

    return call
