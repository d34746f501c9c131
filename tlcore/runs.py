"""The Run record: one recipe trained on one dataset. The run folder is the truth.

``run.json`` says what it is and never changes; ``history.jsonl`` holds one line per event and is never
rewritten; what the run is doing is derived from both.
"""

import dataclasses
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from tlcore import outputs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import NotFound, RecipeError, WorkspaceError
from tlcore.outputs import Output
from tlcore.workspace import Workspace, append_line, new_id, read_json, read_lines, write_atomic, write_json

Event = dict[str, Any]


class Status(StrEnum):
    QUEUED = "queued"
    PREPARING = "preparing"
    TRAINING = "training"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def final(self) -> bool:
        return self in (Status.DONE, Status.STOPPED, Status.FAILED, Status.INTERRUPTED)


_FINAL_EVENTS = ("done", "stopped", "failed")


@dataclass(frozen=True)
class Run:
    id: str
    name: str
    dataset_id: str
    dataset_name: str
    classes: tuple[str, ...]
    """Of the dataset, in the order of the model's outputs; a run outlives its dataset."""
    several_labels: bool
    """Whether a picture of the dataset may belong to several classes."""
    created: str
    """ISO 8601, UTC."""
    recipe: Recipe
    folder: Path

    @property
    def job_key(self) -> str:
        """The name of its job in the engine."""
        return f"run-{self.id}"

    @property
    def model_file(self) -> Path:
        return self.folder / "model.keras"

    @property
    def evaluation_file(self) -> Path:
        return self.folder / "evaluation.json"

    @property
    def stop_file(self) -> Path:
        return self.folder / "stop"

    @property
    def output(self) -> Output:
        """What its model's last layer says."""
        return outputs.of(self.recipe.loss, len(self.classes), self.several_labels)

    def record(self, event: str, **values: Any) -> None:
        """Append one event to the history, with the time."""
        append_line(self.folder / "history.jsonl", {"event": event, "at": now(), **values})

    def events(self) -> list[Event]:
        return read_lines(self.folder / "history.jsonl")

    def request_stop(self) -> None:
        """Ask for a stop; training looks for it at every batch. Asking twice is asking once."""
        write_atomic(self.stop_file, b"")

    @property
    def has_model(self) -> bool:
        return self.model_file.is_file() and self.evaluation_file.is_file()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def create(workspace: Workspace, recipe: Recipe, dataset: Dataset, *, name: str = "") -> Run:
    """Write a new run's record. It is queued until a worker takes it."""
    id = new_id()
    run = Run(
        id,
        name.strip()[:100] or f"Run {id[-4:]}",
        dataset.id,
        dataset.name,
        dataset.classes,
        dataset.several_labels,
        now(),
        recipe,
        workspace.runs / id,
    )
    run.folder.mkdir(parents=True)
    write_json(run.folder / "recipe.json", recipe.to_json())
    record = {
        field.name: getattr(run, field.name)
        for field in dataclasses.fields(run)
        if field.name not in ("recipe", "folder")
    }
    run.record("queued")
    # Written last: a folder without run.json is not a run yet.
    write_json(run.folder / "run.json", record)
    return run


def load(workspace: Workspace, id: str) -> Run:
    """Raises NotFound for an unknown id, WorkspaceError for a damaged record."""
    folder = workspace.folder(workspace.runs, id, "run")
    try:
        record = read_json(folder / "run.json")
        return Run(
            # Runs made before there were several labels have one.
            **{"several_labels": False} | record | {"classes": tuple(record["classes"])},
            folder=folder,
            recipe=Recipe.parse(read_json(folder / "recipe.json")),
        )
    except (TypeError, KeyError, RecipeError) as error:
        raise WorkspaceError(f"run.json of run {id} was written by another version of Thaw.") from error


def list_all(workspace: Workspace) -> list[Run]:
    """The readable runs, newest first; ``list_damaged`` tells of the others."""
    return _scan(workspace)[0]


def list_damaged(workspace: Workspace) -> list[str]:
    """A sentence for each run whose record cannot be read."""
    return _scan(workspace)[1]


def _scan(workspace: Workspace) -> tuple[list[Run], list[str]]:
    found, damaged = [], []
    for folder in sorted(workspace.runs.iterdir(), reverse=True) if workspace.runs.is_dir() else []:
        try:
            found.append(load(workspace, folder.name))
        except NotFound:
            # A folder that holds no complete record is no run yet.
            continue
        except WorkspaceError as error:
            # One damaged record must not hide the other runs.
            damaged.append(str(error))
    return found, damaged


@dataclass(frozen=True)
class Progress:
    """What a run's history amounts to."""

    status: Status
    epochs: tuple[Event, ...] = ()
    epochs_total: int = 0
    share: float = 0.0
    """Of the features while it prepares, of the epochs while it trains: 0 to 1."""
    time_left_s: float | None = None
    message: str = ""
    """Why it ended as it did; while it goes on, what it does beside training."""
    kept: tuple[int, ...] = ()
    """The epochs that early stopping kept, one for each phase that had it and has ended."""
    final: Event = dataclasses.field(default_factory=dict)

    @property
    def best(self) -> Event | None:
        return max(self.epochs, key=lambda epoch: float(epoch["val_accuracy"]), default=None)


def progress(run: Run, events: list[Event], *, alive: bool) -> Progress:
    """``alive``: whether the engine holds the run's job, queued or running."""
    status = _status(run, events, alive=alive)
    epochs = tuple(event for event in events if event["event"] == "epoch")
    final = events[-1] if events and events[-1]["event"] in _FINAL_EVENTS else {}
    preparing = status in (Status.QUEUED, Status.PREPARING)
    expected = _epochs_expected(run, events)
    share, left = _features_share(events) if preparing else _training_share(expected, events, epochs)
    if status is Status.DONE:
        share = 1.0
    return Progress(
        status,
        epochs,
        expected,
        share,
        # What is left of a stop, and of saving, is not told by the pace of the epochs.
        left if status in (Status.PREPARING, Status.TRAINING) and not _finishing(events) else None,
        _message(events, final),
        tuple(event["epoch"] for event in events if event["event"] == "kept"),
        final,
    )


def _finishing(events: list[Event]) -> bool:
    return bool(events) and events[-1]["event"] == "finishing"


def _message(events: list[Event], final: Event) -> str:
    if events and events[-1]["event"] == "phase":
        return "The first batch takes longest: the network is made ready for training."
    if _finishing(events):
        return "Saving the model and judging it."
    if events and events[-1]["event"] == "download":
        done, total = (events[-1][key] / 1e6 for key in ("done", "total"))
        of = f" of {total:.0f}" if total else ""
        return f"Downloading the pretrained weights: {done:.0f}{of} MB."
    return str(final.get("message", ""))


def _status(run: Run, events: list[Event], *, alive: bool) -> Status:
    last = events[-1]["event"] if events else "queued"
    if last in _FINAL_EVENTS:
        return Status(last)
    if not alive:
        # Never "done": nobody wrote that it ended, and nobody works on it.
        return Status.INTERRUPTED
    if run.stop_file.exists():
        return Status.STOPPING
    if last == "queued":
        return Status.QUEUED
    return Status.TRAINING if any(e["event"] == "phase" for e in events) else Status.PREPARING


def _epochs_expected(run: Run, events: list[Event]) -> int:
    """The epochs of the recipe, or fewer: early stopping may have ended a phase before its time."""
    done = Counter(event["phase"] for event in events if event["event"] == "epoch")
    begun = max((event["phase"] for event in events if event["event"] == "phase"), default=0)
    ended = {*range(begun), *(event["phase"] for event in events if event["event"] == "kept")}
    return sum(
        done[number] if number in ended else phase.epochs for number, phase in enumerate(run.recipe.phases)
    )


def _training_share(
    expected: int, events: list[Event], epochs: tuple[Event, ...]
) -> tuple[float, float | None]:
    """Epochs done and the batches of the one under way; the time left by the pace of the latest epochs."""
    done = float(len(epochs))
    paces = [float(epoch["seconds"]) for epoch in epochs[-5:]]
    last = events[-1] if events else {}
    if last.get("event") == "batches":
        part = last["step"] / last["steps"]
        done += part
        paces = paces or [last["elapsed_s"] / part]
    left = sum(paces) / len(paces) * (expected - done) if paces else None
    return min(done / expected, 1.0), left


def _features_share(events: list[Event]) -> tuple[float, float | None]:
    last = events[-1] if events else {}
    if last.get("event") != "features" or not last.get("done"):
        return 0.0, None
    share = last["done"] / last["total"]
    return share, last["elapsed_s"] / share * (1 - share)
