"""A run that has everything a resume must get right, on a network so small that an epoch takes no time."""

from pathlib import Path
from typing import Any

from tests.own_models import crafted
from tlcore import history, own_measure, runs
from tlcore.backbones import own_intake
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.runs import Run
from tlcore.workspace import Workspace

# What may differ between a run that was disturbed and one that was not: how long it took, and whether it
# found features that it had made itself before.
_TIMES = ("at", "seconds", "reused", "runtime", "features_reused")


def backbone(workspace: Workspace, folder: Path) -> str:
    """The name of a little convolutional network with BatchNormalization, brought as a model of one's own."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Conv2D(6, 3, name="first"),
            layers.BatchNormalization(name="first_norm"),
            layers.ReLU(name="first_relu"),
            layers.Conv2D(6, 3, strides=2, name="second"),
            layers.BatchNormalization(name="second_norm"),
            layers.ReLU(name="second_relu"),
            layers.Flatten(name="flat"),
            layers.Dense(3, activation="softmax", name="classes"),
        ],
        name="tiny",
    )
    file = crafted.saved(model, folder / "tiny.keras")
    return own_intake.take(workspace, file, measure=own_measure.measure_folder).name


def recipe(backbone: str, **changes: Any) -> Recipe:
    """Two phases with all that has a state: patience, a plateau, a schedule, statistics, dropout, views."""
    return Recipe.parse(
        {
            "backbone": {"name": backbone},
            "head": {"layers": [{"dense": 8}, {"dropout": 0.4}, {"batch_normalization": True}]},
            "phases": [
                {"epochs": 6, "learning_rate": 0.02, "schedule": "plateau", "patience": 4},
                {
                    "epochs": 6,
                    "freeze": 4,
                    "batch_normalization": "trained",
                    "learning_rate": 0.003,
                    "schedule": "cosine",
                },
            ],
            "augmentation": {"flip": "horizontal", "brightness": 0.2, "views": 3},
            "batch_size": 4,
            "seed": 3,
        }
        | changes
    )


def new(workspace: Workspace, dataset: Dataset, recipe: Recipe) -> Run:
    return runs.create(workspace, recipe, dataset)


def lines(run: Run) -> list[dict[str, Any]]:
    """The history as it counts, without times."""
    return [
        {key: value for key, value in line.items() if key not in _TIMES}
        for line in history.story(run.events())
    ]


def told_epochs(run: Run) -> list[int]:
    """The numbers of the epochs as they stand in the file."""
    return [event["epoch"] for event in run.events() if event["event"] == "epoch"]
