"""The Run record: one recipe trained on one dataset. The run folder is the truth.

``run.json`` says what it is and never changes; ``history.jsonl`` holds one line per event and is never
rewritten; what the run is doing is derived from both.
"""

import dataclasses
import functools
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tlcore import about, heartbeat, history, outputs
from tlcore import progress as _progress
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import NotFound, RecipeError, WorkspaceError
from tlcore.history import Event
from tlcore.outputs import Output
from tlcore.progress import Progress, Status
from tlcore.words import tr
from tlcore.workspace import (
    Stamp,
    Workspace,
    append_line,
    new_id,
    read_json,
    read_lines,
    stamp,
    write_atomic,
    write_json,
)

__all__ = [
    "Damaged",
    "Event",
    "Progress",
    "Run",
    "Status",
    "create",
    "extended",
    "job_key",
    "list_all",
    "list_damaged",
    "load",
    "now",
    "progress",
]

IMPORTED = "imported.json"
# What the stop file holds when the training is to end where it is, to be resumed, without a model.
_INTERRUPT = b"interrupt"


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
    note: str = ""
    pinned: bool = False
    """Neither deleted nor cleaned away."""
    exported: bool = False

    @property
    def job_key(self) -> str:
        """The name of its job in the engine."""
        return job_key(self.id)

    @property
    def model_file(self) -> Path:
        return self.folder / "model.keras"

    @property
    def history_file(self) -> Path:
        return self.folder / "history.jsonl"

    @property
    def evaluation_file(self) -> Path:
        return self.folder / "evaluation.json"

    @property
    def imported_file(self) -> Path:
        """Of a run that came from a file: what is known of its model."""
        return self.folder / IMPORTED

    @property
    def stop_file(self) -> Path:
        return self.folder / "stop"

    @property
    def checkpoints(self) -> Path:
        """One folder for each epoch from which the training can go on."""
        return self.folder / "checkpoints"

    @property
    def output(self) -> Output:
        """What its model's last layer says."""
        return outputs.of(self.recipe.loss, len(self.classes), self.several_labels)

    def record(self, event: str, **values: Any) -> None:
        """Append one event to the history, with the time."""
        append_line(self.history_file, {"event": event, "at": now(), **values})

    def events(self) -> list[Event]:
        return read_lines(self.history_file)

    def request_stop(self) -> None:
        """Ask for a stop; training looks for it at every batch. Asking twice is asking once."""
        write_atomic(self.stop_file, b"")

    def request_interrupt(self) -> None:
        """Ask for an end within a batch that saves a checkpoint and no model, to be resumed later."""
        write_atomic(self.stop_file, _INTERRUPT)

    @property
    def is_to_be_interrupted(self) -> bool:
        """Of a run that was asked to end: whether it is to be resumed later."""
        try:
            return self.stop_file.read_bytes() == _INTERRUPT
        except OSError:
            return False

    @property
    def has_model(self) -> bool:
        return self.model_file.is_file() and self.evaluation_file.is_file()


@dataclass(frozen=True)
class Damaged:
    """A run whose record cannot be read."""

    id: str
    sentence: str


def job_key(run_id: str) -> str:
    return f"run-{run_id}"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def create(workspace: Workspace, recipe: Recipe, dataset: Dataset, *, name: str = "") -> Run:
    """Write a new run's record. It is queued until a worker takes it."""
    id = new_id()
    run = Run(
        id,
        name.strip()[:100] or tr("Run {id}", id=id[-4:]),
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
        if field.name not in ("recipe", "folder", "note", "pinned", "exported")
    }
    run.record("queued")
    # Written last: a folder without run.json is not a run yet.
    write_json(run.folder / "run.json", record)
    return run


def load(workspace: Workspace, id: str) -> Run:
    """Raises NotFound for an unknown id, WorkspaceError for a damaged record."""
    folder = workspace.folder(workspace.runs, id, "run")
    return _read(folder, tuple(stamp(folder / name) for name in ("run.json", "recipe.json", about.FILE)))


# Every page lists them all at every click.
@functools.lru_cache(maxsize=2048)
def _read(folder: Path, stamps: tuple[Stamp | None, ...]) -> Run:
    """``stamps``: of the files that it is made of, by which another content is told."""
    id = folder.name
    try:
        record, said = read_json(folder / "run.json"), about.read(folder)
        return Run(
            # Runs made before there were several labels have one.
            **{"several_labels": False}
            | record
            | {"classes": tuple(record["classes"]), "name": said.name or record["name"]},
            folder=folder,
            recipe=Recipe.parse(read_json(folder / "recipe.json")),
            note=said.note,
            pinned=said.pinned,
            exported=said.exported,
        )
    except (TypeError, KeyError, RecipeError) as error:
        raise WorkspaceError(
            tr("run.json of run {id} was written by another version of Thaw.", id=id)
        ) from error


def newest_with_model(workspace: Workspace) -> Run | None:
    """What ``latest`` stands for."""
    return next((run for run in list_all(workspace) if run.has_model), None)


def list_all(workspace: Workspace) -> list[Run]:
    """The readable runs, newest first; ``list_damaged`` tells of the others."""
    return _scan(workspace)[0]


def list_damaged(workspace: Workspace) -> list[Damaged]:
    """The runs whose record cannot be read; ``tlcore.trash`` deletes them."""
    return _scan(workspace)[1]


def _scan(workspace: Workspace) -> tuple[list[Run], list[Damaged]]:
    found, damaged = [], []
    for folder in sorted(workspace.runs.iterdir(), reverse=True) if workspace.runs.is_dir() else []:
        try:
            found.append(load(workspace, folder.name))
        except NotFound:
            # A folder that holds no complete record is no run yet.
            continue
        except WorkspaceError as error:
            # One damaged record must not hide the other runs.
            damaged.append(Damaged(folder.name, str(error)))
    return found, damaged


def progress(run: Run, events: list[Event], *, alive: bool) -> Progress:
    """``alive``: whether the engine holds the run's job, queued or running."""
    return _progress.of(
        extended(run.recipe, events),
        events,
        alive=alive,
        stopping=run.stop_file.exists(),
        silent=heartbeat.is_silent(run.folder),
    )


def extended(recipe: Recipe, events: list[Event]) -> Recipe:
    """The recipe as it is trained: its last phase with the epochs that were added after it had ended.

    Raises RecipeError for more epochs than a phase may have.
    """
    for position, event in enumerate(events):
        if event["event"] == "extended":
            last = len(recipe.phases) - 1
            before = history.story(events[:position])
            done = sum(line["event"] == "epoch" and line["phase"] == last for line in before)
            recipe = recipe.changed(f"phases.{last}.epochs", done + event["epochs"])
    return recipe
