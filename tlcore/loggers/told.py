"""What a log tells of a run, whatever the tool: its recipe, its figures at their times, its files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import tlcore
from tlcore import evaluation, history, model_card, runs, trash
from tlcore.errors import RunError
from tlcore.evaluation import SplitEvaluation
from tlcore.history import Event
from tlcore.loggers import matrix
from tlcore.runs import Run, Status
from tlcore.workspace import Workspace

__all__ = ["Epoch", "Told", "of"]

Value = str | int | float | bool

_FIGURES = ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")


@dataclass(frozen=True)
class Epoch:
    number: int
    """Counted through all phases, from 1."""
    at_s: float
    """Its end, in seconds since 1970."""
    figures: dict[str, float]


@dataclass(frozen=True)
class Told:
    run: Run
    status: Status
    began_s: float
    ended_s: float
    params: dict[str, Value]
    """The recipe as it was trained, by dotted paths."""
    tags: dict[str, str]
    epochs: tuple[Epoch, ...]
    judged: dict[str, float]
    """Of the model that was kept, on what it was not trained on."""
    confusions: dict[str, bytes]
    """PNG pictures of confusion matrices; none for several labels per picture."""
    texts: dict[str, str]
    """Files to go along: the recipe and the model card."""

    @property
    def model_file(self) -> Path | None:
        return self.run.model_file if self.run.has_model else None


def of(workspace: Workspace, run: Run) -> Told:
    """Raises RunError for a run that is under way, has no epoch, or does not say when its epochs were."""
    trash.check_is_free(workspace, run, "logged")
    events = run.events()
    progress = runs.progress(run, events, alive=False)
    epochs = tuple(_epoch(run, event) for event in history.story(events) if event["event"] == "epoch")
    if not epochs:
        raise RunError(f"{run.name} has no epoch, so there is nothing to log. Train it first.")
    recipe = runs.extended(run.recipe, events)
    splits = evaluation.load(run).splits if run.has_model else {}
    texts = {"recipe.yaml": recipe.to_yaml()}
    if run.has_model:
        texts["model_card.md"] = model_card.text(workspace, run)
    return Told(
        run,
        progress.status,
        _seconds(run, events[0]["at"]),
        _seconds(run, events[-1]["at"]),
        dict(_flat(recipe.to_json())),
        {
            "thaw.run": run.id,
            "thaw.dataset": run.dataset_id,
            "thaw.dataset_name": run.dataset_name,
            "thaw.recipe": recipe.id,
            "thaw.classes": str(len(run.classes)),
            "thaw.version": tlcore.__version__,
            **({"thaw.note": run.note} if run.note else {}),
        },
        epochs,
        {f"evaluated_{split.value}_accuracy": result.accuracy for split, result in splits.items()},
        {
            split.value: matrix.draw(run.classes, result.confusion)
            for split, result in splits.items()
            if _is_square(result)
        },
        texts,
    )


def _is_square(result: SplitEvaluation) -> bool:
    return 0 < len(result.confusion) <= matrix.MOST_CLASSES


def _epoch(run: Run, event: Event) -> Epoch:
    figures = {name: float(event[name]) for name in _FIGURES if event.get(name) is not None}
    return Epoch(event["epoch"], _seconds(run, event["at"]), figures)


def _seconds(run: Run, at: Any) -> float:
    try:
        return datetime.fromisoformat(at).timestamp()
    except (TypeError, ValueError) as error:
        raise RunError(
            f"The history of {run.name} does not say when its epochs were: it is damaged."
        ) from error


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Value]]:
    """Leaves by their dotted paths; empty lists and nothing are told as JSON."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for position, inner in enumerate(value):
            yield from _flat(inner, f"{path}.{position}")
    else:
        yield path, value if isinstance(value, str | int | float | bool) else json.dumps(value)
