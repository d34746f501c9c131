"""``thaw train``: pictures in, a training in the engine, a bar until it ends, one object to report."""

import time
from pathlib import Path
from typing import Any

from tlcore import datasets, intake, jobs, plans
from tlcore.cli import console
from tlcore.cli.common import figures
from tlcore.cli.recipe import fitted
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.errors import DatasetError, NotFound
from tlcore.runs import Progress, Run, Status
from tlcore.workspace import Workspace

POLL_S = 0.1


def train_and_wait(
    workspace: Workspace,
    data: str,
    recipe: Recipe,
    *,
    loss_is_chosen: bool,
    name: str,
    val_fraction: float,
    test_fraction: float,
    split_seed: int,
) -> dict[str, Any]:
    """Returns what ``thaw train --json`` prints. Raises ThawError for what is refused before the run."""
    started_s = time.monotonic()
    # A recipe that cannot be is refused before thousands of pictures are read.
    plans.make(recipe, classes=2, workspace=workspace)
    with console.progress_bar() as tell:
        dataset = _dataset(
            workspace, data, tell, val_fraction=val_fraction, test_fraction=test_fraction, seed=split_seed
        )
        intake_s = time.monotonic() - started_s
        recipe = fitted(recipe, several_labels=dataset.several_labels, loss_is_chosen=loss_is_chosen)
        tell("Starting", 0.0)
        run = jobs.start(workspace, recipe, dataset, name=name)
        progress = _wait(workspace, run, tell)
    seconds = {"features": 0.0, "training": 0.0} | progress.final.get("seconds", {})
    return {
        "run": run.id,
        "name": run.name,
        "status": progress.status.value,
        "message": progress.message,
        "dataset": dataset.id,
        "classes": list(dataset.classes),
        "counts": {split.value: len(dataset.of(split)) for split in Split},
        **figures(run, progress),
        "features_reused": progress.final.get("features_reused"),
        "seconds": {
            "intake": round(intake_s, 3),
            "features": seconds["features"],
            "training": seconds["training"],
            "total": round(time.monotonic() - started_s, 3),
        },
        "epochs": len(progress.epochs),
        "model": str(run.model_file) if run.has_model else None,
    }


def _dataset(
    workspace: Workspace,
    data: str,
    tell: console.Tell,
    *,
    val_fraction: float,
    test_fraction: float,
    seed: int,
) -> Dataset:
    source = Path(data)
    if not source.exists():
        try:
            return datasets.load(workspace, data)
        except NotFound:
            raise DatasetError(f"There is no folder, zip or dataset {data!r}. Check the spelling.") from None
    dataset = intake.take(
        workspace,
        source,
        name=source.resolve().stem,
        val_fraction=val_fraction,
        test_fraction=test_fraction,
        seed=seed,
        progress=lambda done, total: tell("Pictures", done / max(total, 1)),
    )
    for note in dataset.notes:
        console.err.print(note, markup=False, highlight=False)
    if dataset.left_out:
        console.err.print(f"{len(dataset.left_out)} files were left out:", highlight=False)
        for left in dataset.left_out[:10]:
            console.err.print(f"  {left.name}: {left.reason}", markup=False, highlight=False)
    return dataset


def _wait(workspace: Workspace, run: Run, tell: console.Tell) -> Progress:
    """Ctrl-C asks for a stop and waits for it; a second one leaves the run to itself."""
    asked = False
    while True:
        try:
            progress = jobs.progress(workspace, run)
            tell(_WORDS[progress.status], progress.share, _note(progress))
            if progress.status.final:
                return progress
            time.sleep(POLL_S)
        except KeyboardInterrupt:
            if asked:
                raise
            asked = True
            jobs.stop(workspace, run)


_WORDS = {status: status.value.capitalize() for status in Status} | {Status.PREPARING: "Features"}


def _note(progress: Progress) -> str:
    if not progress.epochs:
        return ""
    last = progress.epochs[-1]
    return f"epoch {last['epoch']}/{progress.epochs_total}  validation accuracy {last['val_accuracy']:.1%}"
