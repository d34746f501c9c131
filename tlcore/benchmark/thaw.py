"""Thaw's own side: from the click to the finished model, in an empty workspace, then a second head.

Run as ``python -m tlcore.benchmark.thaw TASK``.
"""

import shutil
import tempfile
import time
from datetime import datetime
from pathlib import Path

from tlcore import runs
from tlcore.benchmark import pictures
from tlcore.benchmark.child import Result, answer, head_result
from tlcore.benchmark.task import BATCH_SIZE, Task
from tlcore.config import Head, Recipe
from tlcore.datasets import Dataset
from tlcore.errors import RunError
from tlcore.runs import Event, Run
from tlcore.workspace import Workspace


def measure(task: Task) -> Result:
    """Nothing but the dataset is in the workspace: no features, no converted graph, no learned rates."""
    with tempfile.TemporaryDirectory(prefix="thaw-bench-") as home:
        workspace = Workspace(Path(home))
        shutil.copytree(task.folder / "home" / "datasets", workspace.datasets)
        dataset = pictures.the_dataset(workspace)
        return {"heads": [_train(workspace, dataset, task, head) for head in task.heads]}


def recipe(task: Task, head: Head) -> Recipe:
    return Recipe.parse(
        {
            "backbone": {
                "name": task.backbone,
                "weights": task.weights,
                "image_size": task.image_size_px,
            },
            "head": head.model_dump(),
            "phases": [
                {
                    "epochs": task.run_epochs,
                    "freeze": -task.trained_layers or "all",
                    "learning_rate": task.learning_rate,
                }
            ],
            "batch_size": BATCH_SIZE,
        }
    )


def _train(workspace: Workspace, dataset: Dataset, task: Task, head: Head) -> Result:
    # The worker's own code, as TensorFlow, is imported before the clock starts.
    from tlcore import training

    started_s = time.perf_counter()
    run = runs.create(workspace, recipe(task, head), dataset)
    training.train(workspace, run)
    seconds = time.perf_counter() - started_s
    if not run.has_model:
        raise RunError("The run ended without a model.")
    events = run.events()
    epochs = [event["seconds"] for event in events if event["event"] == "epoch"]
    return {
        **head_result(task, seconds, epochs, events[-1]["val_accuracy"], stages(events)),
        "features_reused": events[-1]["features_reused"],
        "runtime": _event(events, "features_ready")["runtime"],
        "model_bytes": _size(run),
    }


def stages(events: list[Event]) -> dict[str, float]:
    """Where the seconds went, by what the run wrote down of itself."""
    epochs = [event for event in events if event["event"] == "epoch"]
    features = _event(events, "features_ready")
    return {
        "network": _between(_event(events, "queued"), features) - features["seconds"],
        "features": features["seconds"],
        "first_epoch": _between(features, epochs[0]),
        "later_epochs": _between(epochs[0], epochs[-1]),
        "finishing": _between(epochs[-1], events[-1]),
    }


def _event(events: list[Event], name: str) -> Event:
    return next(event for event in events if event["event"] == name)


def _between(one: Event, other: Event) -> float:
    return (datetime.fromisoformat(other["at"]) - datetime.fromisoformat(one["at"])).total_seconds()


def _size(run: Run) -> int:
    return run.model_file.stat().st_size


if __name__ == "__main__":
    answer(measure)
