"""The default recipe against others, on real pictures: ``python -m bench.quality``. Run in a checkout."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.quality import figures, pictures, trial
from bench.quality.contenders import Contender, contenders
from bench.quality.document import Results
from tlcore import plans, prices
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace

HERE = Path(__file__).resolve().parent
FEWEST_SEEDS = 2


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    asked.add_argument("--seeds", type=int, default=8, help="of split and training; at least 2")
    asked.add_argument("--minutes", type=float, default=15, help="begin no round that would take longer")
    asked.add_argument("--pictures", default=",".join(pictures.SETS), help="sets, with commas")
    asked.add_argument("--out", type=Path, default=HERE, help="folder of results.md and results.json")
    chosen = asked.parse_args()
    sets = chosen.pictures.split(",")
    unknown = [name for name in sets if name not in pictures.SETS]
    if unknown or chosen.seeds < FEWEST_SEEDS:
        asked.error(f"--pictures are of {', '.join(pictures.SETS)}; --seeds at least {FEWEST_SEEDS}.")
    _take_one_core()
    with tempfile.TemporaryDirectory(prefix="thaw-bench-", ignore_cleanup_errors=True) as scratch:
        workspace = Workspace(Path(scratch) / "home")
        datasets = [pictures.take(workspace, name, Path(scratch) / name) for name in sets]
        found = Results(contenders(), datasets, {name: pictures.SETS[name].about for name in sets})
        likely = expected_s(workspace, found.contenders, datasets, chosen.seeds) / 60
        say(
            f"{len(found.contenders)} recipes, {chosen.seeds} seeds, {len(sets)} sets of pictures: likely "
            f"{likely:.0f} minutes, and no more than about {chosen.minutes:.0f}."
        )
        chosen.out.mkdir(parents=True, exist_ok=True)
        measure(found, workspace, chosen.seeds, chosen.minutes, chosen.out)
    say(f"Written to {chosen.out / 'results.md'}.")
    return 1 if figures.better(found.overall(), "accuracy") else 0


def measure(found: Results, workspace: Workspace, seeds: int, minutes: float, folder: Path) -> None:
    """A round for each seed; the results are written after each from the second on, so Ctrl-C loses one."""
    clock = trial.Clock(minutes)
    for seed in range(seeds):
        if seed >= FEWEST_SEEDS and not clock.has_time():
            say(f"No time for more than {seed} seeds.")
            break
        for dataset in found.datasets:
            split = pictures.split_anew(workspace, dataset, seed)
            found.trials += [trial.run(workspace, split, one, seed) for one in found.contenders]
        clock.round_ended()
        found.minutes = clock.spent_s / 60
        say(f"Seed {seed}: {found.minutes:.1f} minutes so far.")
        if seed + 1 >= FEWEST_SEEDS:
            found.save(folder)


def expected_s(
    workspace: Workspace, recipes: Sequence[Contender], datasets: Sequence[Dataset], seeds: int
) -> float:
    """By the price tags; what several recipes have in common is computed once."""
    total_s = 0.0
    features_s: dict[tuple[object, ...], float] = {}
    for dataset in datasets:
        for one in recipes:
            plan = plans.for_dataset(one.recipe, dataset, workspace)
            (price,) = prices.of_plan(workspace, plan, dataset)
            key = dataset.id, plan.phases[0].feature_shape, one.recipe.augmentation
            features_s[key] = price.features_s
            total_s += seeds * (price.total_s - price.features_s)
    return total_s + sum(features_s.values())


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _take_one_core() -> None:
    """A head is small: more threads would wait for one another. To be called before anything is computed."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


if __name__ == "__main__":
    sys.exit(main())
