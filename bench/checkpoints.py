"""What checkpoints cost: the same runs with and without them, as a ratio: ``python bench/checkpoints.py``.

Pairs of runs, one with and one without in turn, so that a machine that is slower for a while is so for both.
The features are there before the clock starts, and each first run, which compiles what the others find, is
not counted. Random weights, where ImageNet's are not at hand, take the same time.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from tlcore import checkpoints, runs, sizes, snapshots
from tlcore.benchmark import busy, pictures
from tlcore.benchmark.task import weights_at_hand
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.snapshots import Keeper
from tlcore.workspace import Workspace

BACKBONE = "efficientnet_lite0"
# A head alone, whose epochs take a moment; then the last layers too, whose weights are some MB.
CASES: dict[str, tuple[str | int, int]] = {"head": ("all", 100), "last 10 layers": (-10, 10)}
MOST = 1 + snapshots.WRITING_SHARE
"""The ratio above which they cost more than they may."""


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--backbone", default=BACKBONE)
    asked.add_argument("--images", type=int, default=250)
    asked.add_argument("--pairs", type=int, default=3)
    chosen = asked.parse_args()
    watch, ratios = busy.Watch(), []
    with tempfile.TemporaryDirectory(prefix="thaw-bench-") as folder:
        made = pictures.make(Path(folder), chosen.images)
        workspace = Workspace(made.folder / "home")
        dataset = pictures.the_dataset(workspace)
        say("| trained | epochs | kept (MB) | with (s) | without (s) | ratio |\n|---|---|---|---|---|---|")
        for name, (freeze, epochs) in CASES.items():
            recipe = _recipe(chosen.backbone, freeze, epochs, workspace)
            kept_bytes, with_s, without_s = _measured(workspace, recipe, dataset, chosen.pairs)
            ratios.append(with_s / without_s)
            say(
                f"| {name} | {epochs} | {kept_bytes / 1e6:.1f} | {with_s:.2f} | {without_s:.2f} "
                f"| {ratios[-1]:.3f} |"
            )
    say(f"\nOther programs took {watch.others():.0%} of the processors; above {busy.MUCH:.0%} measure again.")
    return 0 if max(ratios) <= MOST else 1


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _recipe(backbone: str, freeze: str | int, epochs: int, workspace: Workspace) -> Recipe:
    return Recipe.parse(
        {
            "backbone": {"name": backbone, "weights": weights_at_hand(backbone, workspace)},
            "phases": [{"epochs": epochs, "freeze": freeze, "learning_rate": 0.001}],
        }
    )


def _measured(workspace: Workspace, recipe: Recipe, dataset: Dataset, pairs: int) -> tuple[int, float, float]:
    """Bytes of the last checkpoint; seconds of training with checkpoints and without, each of all pairs."""
    _trained(workspace, recipe, dataset)
    kept_bytes, with_s, without_s = 0, 0.0, 0.0
    for _ in range(pairs):
        seconds, kept_bytes = _trained(workspace, recipe, dataset)
        with_s += seconds
        with _without_checkpoints():
            without_s += _trained(workspace, recipe, dataset)[0]
    return kept_bytes, with_s, without_s


@contextmanager
def _without_checkpoints() -> Iterator[None]:
    """Nothing is taken from Keras at an epoch's end, so nothing is written."""
    import keras

    def none(*_: Any) -> Any:
        return keras.callbacks.Callback()

    with mock.patch.object(Keeper, "callback", none):
        yield


def _trained(workspace: Workspace, recipe: Recipe, dataset: Dataset) -> tuple[float, int]:
    """Seconds that the phases of a new run took, and the bytes of the checkpoint it leaves."""
    # TensorFlow is there before the clock starts, as in a warm worker.
    from tlcore import training

    run = runs.create(workspace, recipe, dataset)
    training.train_run(str(workspace.home), run.id)
    last = run.events()[-1]
    if last["event"] != "done":
        raise SystemExit(f"A run did not get to its end: {last.get('message', last['event'])}")
    kept = checkpoints.epochs(run.checkpoints)
    size_bytes = sizes.size_of(run.checkpoints / str(kept[-1])) if kept else 0
    return float(last["seconds"]["training"]), size_bytes


if __name__ == "__main__":
    import tensorflow  # noqa: F401

    sys.exit(main())
