"""The record of an intake that a worker does: what was asked for, and how far it is.

On disk: ``intakes/<id>/request.json`` and ``history.jsonl``: queued, reading, done or failed.
"""

import contextlib
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tlcore.errors import NotFound, WorkspaceError
from tlcore.staging import KEPT_S
from tlcore.words import tr
from tlcore.workspace import Workspace, append_line, new_id, read_json, read_lines, write_json

__all__ = ["Intake", "Look", "Status", "create", "load", "look", "under_way"]


class Status(StrEnum):
    QUEUED = "queued"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    """Its process is gone without a word; what it had read is kept."""

    @property
    def final(self) -> bool:
        return self not in (Status.QUEUED, Status.READING)


_ENDS = {status.value: status for status in (Status.DONE, Status.FAILED, Status.STOPPED)}


@dataclass(frozen=True)
class Intake:
    id: str
    name: str
    """Of the dataset, as a person knows it."""
    source: str
    """A path; of an upload that of its data."""
    called: str
    """What sentences call the source; '' for the name of its path."""
    upload: str
    """Id of the upload it comes from, or ''."""
    missing: tuple[str, ...]
    """Files of the source that the browser could not read."""
    val_fraction: float
    test_fraction: float
    seed: int
    own_split: bool
    into: str
    """Id of the dataset that the pictures are added to; '' for a dataset of their own."""
    to: str
    """The class that they are added to; '' for those that the source says."""
    folder: Path

    @property
    def job_key(self) -> str:
        return f"intake-{self.id}"

    @property
    def stop_file(self) -> Path:
        return self.folder / "stop"

    def record(self, event: str, **values: Any) -> None:
        append_line(self.folder / "history.jsonl", {"event": event, "at_s": time.time(), **values})

    def events(self) -> list[dict[str, Any]]:
        return read_lines(self.folder / "history.jsonl")


@dataclass(frozen=True)
class Look:
    """How far an intake is."""

    status: Status
    done: int = 0
    total: int = 0
    per_s: float | None = None
    """Files a second, lately."""
    dataset_id: str = ""
    message: str = ""


def create(
    workspace: Workspace,
    source: Path,
    *,
    name: str,
    called: str = "",
    upload: str = "",
    missing: Sequence[str] = (),
    val_fraction: float = 0.25,
    test_fraction: float = 0.0,
    seed: int = 0,
    own_split: bool = True,
    into: str = "",
    to: str = "",
) -> Intake:
    """A record that is not yet anybody's job. Raises WorkspaceError."""
    workspace.check_writable()
    _sweep(workspace)
    id = new_id()
    intake = Intake(
        id=id,
        name=name,
        source=str(source.absolute()),
        called=called,
        upload=upload,
        missing=tuple(missing),
        val_fraction=val_fraction,
        test_fraction=test_fraction,
        seed=seed,
        own_split=own_split,
        into=into,
        to=to,
        folder=workspace.intakes / id,
    )
    told = {key: value for key, value in asdict(intake).items() if key != "folder"}
    write_json(intake.folder / "request.json", told)
    intake.record("queued")
    return intake


def load(workspace: Workspace, id: str) -> Intake:
    """Raises NotFound."""
    folder = workspace.folder(workspace.intakes, id, "intake")
    try:
        told = read_json(folder / "request.json")
        return Intake(**{**told, "missing": tuple(told["missing"])}, folder=folder)
    except (WorkspaceError, KeyError, TypeError) as error:
        raise NotFound(tr("There is no such intake of pictures here any more. Bring them again.")) from error


def look(intake: Intake, *, alive: bool) -> Look:
    """What the record says; `alive` tells whether the engine still holds the job."""
    events = intake.events()
    # Another try starts over, but for what was read.
    begun = max((n for n, event in enumerate(events) if event["event"] == "queued"), default=0)
    reading = [event for event in events[begun:] if event["event"] == "reading"]
    last = events[-1] if events else {"event": "queued"}
    status = _ENDS.get(last["event"]) or (Status.READING if reading else Status.QUEUED)
    if not status.final and not alive:
        status = Status.INTERRUPTED
    return Look(
        status,
        done=reading[-1]["done"] if reading else 0,
        total=reading[-1]["total"] if reading else 0,
        per_s=_rate(reading[-10:]),
        dataset_id=str(last.get("dataset", "")),
        message=str(last.get("message", "")),
    )


def under_way(workspace: Workspace) -> list[Intake]:
    """Those whose record has no end, the latest first; their processes may be gone."""
    folders = workspace.intakes.glob("*/request.json") if workspace.intakes.is_dir() else ()
    found = []
    for file in folders:
        with contextlib.suppress(WorkspaceError):
            intake = load(workspace, file.parent.name)
            if not look(intake, alive=True).status.final:
                found.append(intake)
    return sorted(found, key=lambda intake: intake.id, reverse=True)


def _rate(reading: Sequence[dict[str, Any]]) -> float | None:
    if len(reading) < 2:
        return None
    seconds = reading[-1]["at_s"] - reading[0]["at_s"]
    files = int(reading[-1]["done"]) - int(reading[0]["done"])
    return files / seconds if seconds > 0 and files > 0 else None


def _sweep(workspace: Workspace) -> None:
    """Remove the records of days ago."""
    for file in workspace.intakes.glob("*/request.json") if workspace.intakes.is_dir() else ():
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > KEPT_S:
                shutil.rmtree(file.parent)
