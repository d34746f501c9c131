"""``thaw train``: pictures in, a training in the engine, a bar until it ends, one object to report."""

import getpass
import time
from pathlib import Path
from typing import Any

import typer

from tlcore import datasets, intake, jobs, plans
from tlcore.cli import console
from tlcore.cli.chosen_run import figures
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
        dataset = dataset_of(
            workspace, data, tell, val_fraction=val_fraction, test_fraction=test_fraction, seed=split_seed
        )
        intake_s = time.monotonic() - started_s
        recipe = fitted(recipe, several_labels=dataset.several_labels, loss_is_chosen=loss_is_chosen)
        tell("Starting", 0.0)
        run = jobs.start(workspace, recipe, dataset, name=name, owner=_owner())
        progress = _wait(workspace, run, tell)
    return _report(run, progress, dataset, started_s, intake_s)


def _owner() -> str:
    """Whose jobs these are; "" where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container's user without a name, by the version of Python.
        return ""


def resume_and_wait(workspace: Workspace, run: Run, more_epochs: int) -> dict[str, Any]:
    """Take a run up again, or extend one that is done; returns what ``thaw train --json`` prints."""
    started_s = time.monotonic()
    dataset = datasets.load(workspace, run.dataset_id)
    with console.progress_bar() as tell:
        tell("Starting", 0.0)
        if more_epochs:
            jobs.extend(workspace, run, more_epochs, owner=_owner())
        else:
            jobs.resume(workspace, run, owner=_owner())
        progress = _wait(workspace, run, tell)
    return _report(run, progress, dataset, started_s, 0.0)


def tell_report(report: dict[str, Any], as_json: bool) -> None:
    """Print how a run ended; ends with exit status 1 where it is not done."""
    if as_json:
        console.print_json(report)
    elif report["status"] == "done":
        console.out.print(
            f"Validation {report['measure'].lower()} {console.percent(report['validation'])} in "
            f"{report['seconds']['total']:.1f} s. Run {report['run']}, model:",
            highlight=False,
        )
        console.out.print(report["model"], soft_wrap=True, highlight=False, markup=False)
    if report["status"] != "done":
        console.complain(report["message"])
        raise typer.Exit(1)


def _report(
    run: Run, progress: Progress, dataset: Dataset, started_s: float, intake_s: float
) -> dict[str, Any]:
    seconds = {"features": 0.0, "training": 0.0} | progress.final.get("seconds", {})
    return {
        "run": run.id,
        "name": run.name,
        "status": progress.status.value,
        "message": _message(run, progress),
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


def _message(run: Run, progress: Progress) -> str:
    """Why it ended as it did; of one that can go on, with the command for it."""
    if progress.status is Status.DONE:
        return progress.message
    why = progress.message or f"The run ended as {progress.status.value}."
    return why if progress.status is Status.FAILED else f"{why} Here: thaw resume {run.id}"


def dataset_of(
    workspace: Workspace,
    data: str,
    tell: console.Tell,
    *,
    val_fraction: float,
    test_fraction: float,
    seed: int,
) -> Dataset:
    """A folder or zip taken in, or the dataset of an id. Raises DatasetError."""
    source = Path(data)
    if not source.exists():
        try:
            return datasets.load(workspace, data)
        except NotFound:
            raise DatasetError(
                f"There is no folder, archive or dataset {data!r}. Check the spelling."
            ) from None
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
    """Ctrl-C ends the job, to be resumed, and waits for its end; a second one leaves the run to itself."""
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
            jobs.interrupt(workspace, run)


_WORDS = {status: status.value.capitalize() for status in Status} | {Status.PREPARING: "Features"}


def _note(progress: Progress) -> str:
    if not progress.epochs:
        return ""
    last = progress.epochs[-1]
    return f"epoch {last['epoch']}/{progress.epochs_total}  validation accuracy {last['val_accuracy']:.1%}"
