"""A dataset whose pictures have several labels, with a hostile name among them, and a run on it."""

import numpy as np

from tests import pictures
from tlcore import evaluation, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.runs import Run
from tlcore.workspace import Workspace

HOSTILE = "![](http:x) **b**"


def taken(workspace: Workspace) -> Dataset:
    """Twelve pictures: all are of the first class, every other one is a cat too, and the others an owl."""
    files = {f"{i}.png": pictures.png(i) for i in range(12)}
    rows = [f"{i}.png,{HOSTILE};{'owl' if i % 2 else 'cat'}" for i in range(12)]
    files["labels.csv"] = "\n".join(["file,labels", *rows]).encode()
    return pictures.taken(workspace, files)


def judged(workspace: Workspace, dataset: Dataset, missed: tuple[int, ...] = (0,)) -> Run:
    """Everything right but what is ``missed``: a picture, of which nothing was said, or one of its labels."""
    recipe = Recipe.parse({"loss": "binary_crossentropy"})
    run = runs.create(workspace, recipe, dataset)
    items = dataset.of(Split.VAL)
    probabilities = dataset.targets()[[item in items for item in dataset.items]] * 0.8
    probabilities[missed] = 0.1
    evaluation.save(evaluation.evaluate(dataset, {Split.VAL: probabilities.astype(np.float32)}), run)
    run.model_file.write_bytes(b"")
    run.record("done", val_accuracy=0.5, test_accuracy=None, seconds={})
    return run
