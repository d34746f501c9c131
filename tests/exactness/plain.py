"""The program that knows nothing of prefixes: plain Keras, ``fit`` on the whole network, on pixels."""

from typing import Any

import numpy as np

from tlcore import images
from tlcore.callbacks import EpochBatches
from tlcore.config import Phase
from tlcore.datasets import Dataset, Split
from tlcore.models import Network
from tlcore.runs import Run

FIGURES = ("loss", "accuracy", "val_loss", "val_accuracy")


def curve(run: Run, figures: tuple[str, ...] = FIGURES) -> np.ndarray:
    """The figures of each epoch of a run, (epochs, figures)."""
    return np.array(
        [[event[name] for name in figures] for event in run.events() if event["event"] == "epoch"]
    )


def history(network: Network, dataset: Dataset) -> np.ndarray:
    """The same figures of plain Keras, for a network as it came, trained by Adam or SGD."""
    import keras

    recipe, size = network.recipe, network.plan.image_size_px
    pixels = np.stack([images.load_rgb(dataset.path(item), size) for item in dataset.items])
    labels = np.array([item.label for item in dataset.items], np.int32)
    rows = {
        split: np.array([i for i, item in enumerate(dataset.items) if item.split == split]) for split in Split
    }
    held_out = (pixels[rows[Split.VAL]], labels[rows[Split.VAL]])
    order = EpochBatches([pixels], labels, rows[Split.TRAIN], recipe.batch_size, recipe.seed)
    model = _whole(network)
    model(pixels[:1])
    epochs: list[list[float]] = []
    for phase, plan in zip(recipe.phases, network.plan.phases, strict=True):
        for i, layer in enumerate(network.backbone.layers):
            layer.trainable = i >= plan.frozen_layers
        model.follows_batches = phase.batch_normalization == "trained"
        metrics = [keras.metrics.SparseCategoricalAccuracy("accuracy")]
        model.compile(_optimizer(phase), recipe.loss, metrics=metrics)
        for _ in range(phase.epochs):
            order.epoch = len(epochs)
            told = model.fit(order.dataset(), validation_data=held_out, verbose=0, shuffle=False).history
            epochs.append([told[name][0] for name in FIGURES])
    return np.array(epochs)


def _optimizer(phase: Phase) -> Any:
    import keras

    kinds = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}
    return kinds[phase.optimizer](phase.learning_rate)


def _whole(network: Network) -> Any:
    import keras

    base, pooling, classifier = network.backbone, network.pooling, network.head
    for layer in base.layers:
        # Thaw drops nothing in the network itself; a plain program must be told so.
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0

    class Whole(keras.Model):
        follows_batches = False

        def __init__(self) -> None:
            super().__init__()
            self.base, self.classifier = base, classifier

        def build(self, shape: Any) -> None:
            """Each layer is built when it is called; without this Keras traces the whole network first."""

        def call(self, x: Any, training: bool = False) -> Any:
            # Keras keeps a BatchNormalization that is not trainable in inference mode by itself.
            x = self.base(network.entry.preprocess(x), training=self.follows_batches and training)
            x = pooling(x)
            for layer in self.classifier:
                x = layer(x)
            return x

    return Whole()
