"""What the price tag says against what a run then takes: ``python bench/prices.py``.

One workspace, as a person's: each network is priced and trained twice, with another head the second time, so
that the first line tells what is known beforehand and the second what a run has taught. Random weights, where
ImageNet's are not at hand, take the same time.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tlcore import backbones, plans, prices, runs
from tlcore.benchmark import pictures
from tlcore.benchmark.task import weights_at_hand
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace

BACKBONES = "efficientnet_lite0,mobilenet_v2,efficientnet_lite1,resnet50"
# All frozen, so that the head alone is trained; then the last layers too.
FREEZE: tuple[str | int, ...] = ("all", -10)
UNITS = (128, 64)
WITHIN = 1.5


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--backbones", default=BACKBONES)
    asked.add_argument("--images", type=int, default=250)
    asked.add_argument("--epochs", type=int, default=5)
    chosen = asked.parse_args()
    factors = []
    with tempfile.TemporaryDirectory(prefix="thaw-bench-") as folder:
        made = pictures.make(Path(folder), chosen.images)
        workspace = Workspace(made.folder / "home")
        dataset = pictures.the_dataset(workspace)
        say("| network | frozen | head | said (s) | took (s) | factor |\n|---|---|---|---|---|---|")
        for recipe in _recipes(chosen.backbones.split(","), chosen.epochs, workspace):
            said_s, took_s = _said(workspace, recipe, dataset), _took(workspace, recipe, dataset)
            factors.append(max(said_s / took_s, took_s / said_s))
            phase, head = recipe.phases[0], recipe.head.layers[0]
            say(
                f"| {recipe.backbone.name} | {phase.freeze} | {getattr(head, 'dense', '')} | {said_s:.1f} "
                f"| {took_s:.1f} | {factors[-1]:.2f} |"
            )
    within = sum(factor <= WITHIN for factor in factors)
    say(f"\n{within} of {len(factors)} within a factor of {WITHIN}; the largest is {max(factors):.2f}.")
    return 0 if within == len(factors) else 1


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _recipes(names: list[str], epochs: int, workspace: Workspace) -> Iterator[Recipe]:
    for name in names:
        backbones.get(name)
        for freeze in FREEZE:
            for units in UNITS:
                yield Recipe.parse(
                    {
                        "backbone": {"name": name, "weights": weights_at_hand(name, workspace)},
                        "head": {"layers": [{"dense": units, "activation": "relu"}]},
                        "phases": [{"epochs": epochs, "freeze": freeze, "learning_rate": 0.001}],
                    }
                )


def _said(workspace: Workspace, recipe: Recipe, dataset: Dataset) -> float:
    plan = plans.for_dataset(recipe, dataset, workspace)
    return prices.total_s(workspace, plan, prices.of_plan(workspace, plan, dataset))


def _took(workspace: Workspace, recipe: Recipe, dataset: Dataset) -> float:
    # TensorFlow is there before the clock starts, as in a warm worker.
    from tlcore import training

    run = runs.create(workspace, recipe, dataset)
    started_s = time.perf_counter()
    training.train_run(str(workspace.home), run.id)
    took_s = time.perf_counter() - started_s
    if not run.has_model:
        raise SystemExit(f"The run of {recipe.backbone.name} ended without a model.")
    return took_s


if __name__ == "__main__":
    import tensorflow  # noqa: F401

    sys.exit(main())
