"""Finished runs on a network of a few weights: what an export needs, without a training."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from tlcore import evaluation, exporters, runs, runtimes
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.exporters import Parity, Tolerance, store
from tlcore.exporters.parity import Row
from tlcore.runs import Run
from tlcore.workspace import Workspace

SIDE_PX = 32


def finished(
    workspace: Workspace,
    dataset: Dataset,
    *,
    loss: str = "sparse_categorical_crossentropy",
    fit: str = "stretch",
) -> Run:
    """Its answers differ from picture to picture, and so do its classes."""
    import keras

    recipe = Recipe.parse({"loss": loss, "backbone": {"image_size": SIDE_PX, "fit": fit}})
    run = runs.create(workspace, recipe, dataset, name="Tiny")
    keras.utils.set_random_seed(1)
    inputs = keras.Input((SIDE_PX, SIDE_PX, 3))
    x = keras.layers.Rescaling(1 / 127.5, -1)(inputs)
    x = keras.layers.Conv2D(8, 3, strides=2, activation="relu")(x)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Flatten()(x)
    # A dropout that were on would show at once.
    x = keras.layers.Dropout(0.5)(x)
    outputs = keras.layers.Dense(run.output.units, activation=run.output.activation)(x)
    model = keras.Model(inputs, outputs)
    exporters.save_keras(model, run.model_file)
    pixels = runtimes.sample(dataset, SIDE_PX)
    runtimes.convert_whole(run, model, pixels)
    _judge(run, dataset)
    return run


def bare(workspace: Workspace, dataset: Dataset, *, name: str = "Bare") -> Run:
    """As far as pages and commands can see a finished run: its model is no model."""
    run = runs.create(workspace, Recipe.parse({"backbone": {"image_size": SIDE_PX}}), dataset, name=name)
    run.model_file.write_bytes(b"model")
    _judge(run, dataset)
    return run


def put(workspace: Workspace, run: Run, format: str, **changes: object) -> Parity:
    """Lay an export of the run into its place."""
    found = parity(format, **changes)
    with workspace.scratch() as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        (made / "model.bin").write_bytes(b"weights")
        store.save(workspace, run, made, found, store.key(run, format))
    return found


def _judge(run: Run, dataset: Dataset) -> None:
    count = len(dataset.of(Split.VAL))
    share = np.full((count, len(dataset.classes)), 1 / len(dataset.classes), np.float32)
    evaluation.save(evaluation.evaluate(dataset, {Split.VAL: share}), run)
    run.record("done", val_accuracy=0.5, test_accuracy=None, seconds={})


def parity(format: str = "keras", **changes: object) -> Parity:
    """As a comparison on two pictures would find."""
    rows = tuple(Row(name, 0.00002, (0.25, 0.75), (0.25002, 0.74998)) for name in ("a.png", "b.png"))
    found = Parity(format, "keras 3", 0.00002, 2, 1.5, 1000, Tolerance(1e-4, 0.9), True, rows)
    return replace(found, **changes)
