"""Many pictures shown to a run at once: what it said of each, kept so that a link or a refresh finds it.

On disk: ``predictions/<id>/batch.json``, ``images/`` with the pictures made safe, named as in a dataset;
``rows.jsonl``, a line for each file; ``story.jsonl``, how far it is. ``prediction_jobs`` writes them.
"""

import contextlib
import functools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from tlcore import predict, uploads
from tlcore.errors import NotFound, WorkspaceError
from tlcore.predict import Prediction
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import (
    Stamp,
    Workspace,
    new_id,
    read_json,
    read_lines,
    stamp,
    write_json,
)

MOST_KEPT = 20
"""Batches; the oldest make room."""


@dataclass(frozen=True)
class Batch:
    id: str
    run_id: str
    model: Stamp | None
    """Which state of the run judges: one that was trained on has another."""
    name: str
    """As a person calls it: of the folder or the archive."""
    source: str
    """Where the pictures are read from."""
    upload: str
    """Id of the upload that the source is, or ''."""
    of: str
    """Id of the batch whose pictures are judged once more, or ''."""
    missing: tuple[str, ...]
    """Files that could not be sent."""
    created: str
    folder: Path

    @property
    def images(self) -> Path:
        return self.folder / "images"

    @property
    def rows_file(self) -> Path:
        return self.folder / "rows.jsonl"

    @property
    def story_file(self) -> Path:
        return self.folder / "story.jsonl"

    @property
    def stop_file(self) -> Path:
        return self.folder / "stop"

    def path(self, row: "Row") -> Path:
        return self.images / row.file


@dataclass(frozen=True)
class Row:
    """A file of the batch: a picture with what the model says of it, or the reason why there is none."""

    number: int
    name: str
    file: str = ""
    width_px: int = 0
    height_px: int = 0
    raw: tuple[float, ...] = ()
    """Of each class, before what is chosen of how sure the run has to be."""
    reason: str = ""

    @property
    def picture(self) -> str:
        """The id in the URL, as of a picture that was shown alone."""
        return self.file[:24]


@dataclass(frozen=True)
class Judged:
    row: Row
    prediction: Prediction


class Status(StrEnum):
    JUDGING = "judging"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Look:
    status: Status
    done: int
    total: int
    message: str
    """Why it failed."""


def create(
    workspace: Workspace,
    run: Run,
    source: Path,
    *,
    name: str,
    upload: str = "",
    of: str = "",
    missing: Sequence[str] = (),
) -> Batch:
    """A record without rows. Raises WorkspaceError when nothing can be written."""
    workspace.check_writable()
    _make_room(workspace, of)
    id = new_id()
    batch = Batch(
        id,
        run.id,
        model_of(run),
        name,
        str(source),
        upload,
        of,
        tuple(missing),
        datetime.now(UTC).isoformat(),
        workspace.predictions / id,
    )
    batch.images.mkdir(parents=True)
    # Last: what has no record is not found.
    write_json(batch.folder / "batch.json", {k: v for k, v in asdict(batch).items() if k != "folder"})
    return batch


def load(workspace: Workspace, id: str) -> Batch:
    """Raises NotFound for one that is gone, WorkspaceError for one that is damaged."""
    folder = workspace.folder(workspace.predictions, id, "batch of pictures")
    told = read_json(folder / "batch.json")
    try:
        model = tuple(told["model"]) if told["model"] else None
        return Batch(**{**told, "model": model, "missing": tuple(told["missing"])}, folder=folder)
    except (KeyError, TypeError) as error:
        raise WorkspaceError(tr("The record of these pictures is damaged. Send them again.")) from error


def model_of(run: Run) -> Stamp | None:
    return stamp(run.folder / "graph.json")


def rows(batch: Batch) -> tuple[Row, ...]:
    """In the order of the names. Of a file that was cut off, what is whole."""
    return _rows(batch.rows_file, stamp(batch.rows_file))


# Asked at each click.
@functools.lru_cache(maxsize=4)
def _rows(file: Path, _stamp: Stamp | None) -> tuple[Row, ...]:
    found = {}
    for line in read_lines(file):
        row = Row(**{**line, "raw": tuple(line.get("raw", ()))})
        found[row.number] = row
    return tuple(found[number] for number in sorted(found))


def judged(run: Run, batch: Batch) -> list[Judged]:
    """The pictures, with what the run says of them by what is chosen now of how sure it has to be."""
    pictures = [row for row in rows(batch) if not row.reason]
    if not pictures:
        return []
    said = predict.said(run, np.array([row.raw for row in pictures], np.float32))
    return [Judged(row, one) for row, one in zip(pictures, said, strict=True)]


def left_out(batch: Batch) -> list[tuple[str, str]]:
    """Names and reasons."""
    unsent = [(name, tr("It could not be read where it was sent from.")) for name in batch.missing]
    return [*unsent, *((row.name, row.reason) for row in rows(batch) if row.reason)]


def look(workspace: Workspace, batch: Batch) -> Look:
    """How far it is now."""
    alive = is_alive(workspace, batch)
    # Read after asking: it may have ended in between.
    events: list[dict[str, Any]] = read_lines(batch.story_file)
    last = events[-1] if events else {}
    status = Status(last.get("event", Status.JUDGING))
    if status is Status.JUDGING and not alive:
        status = Status.INTERRUPTED
    told: dict[str, Any] = next((event for event in reversed(events) if "total" in event), {})
    return Look(status, told.get("done", 0), told.get("total", 0), str(last.get("message", "")))


def lock(workspace: Workspace, batch: Batch) -> FileLock:
    """Held while it is judged, by whichever thread."""
    return FileLock(workspace.locks / f"{batch.id}.prediction", thread_local=False)


def is_alive(workspace: Workspace, batch: Batch) -> bool:
    try:
        with lock(workspace, batch).acquire(timeout=0):
            return False
    except Timeout:
        return True


def forget(workspace: Workspace, batch: Batch) -> None:
    """Remove it with its pictures; one that is being judged ends by itself."""
    workspace.discard(batch.folder)
    discard_upload(workspace, batch)
    # Windows removes nothing that is held.
    with contextlib.suppress(OSError):
        Path(lock(workspace, batch).lock_file).unlink(missing_ok=True)


def discard_upload(workspace: Workspace, batch: Batch) -> None:
    """Once it is not needed any more to go on."""
    if batch.upload:
        with contextlib.suppress(NotFound):
            uploads.discard(workspace, uploads.load(workspace, batch.upload))


def _make_room(workspace: Workspace, needed: str) -> None:
    """For one more. ``needed``: the id of one that is about to be judged once more, or ''."""
    held = sorted(workspace.predictions.iterdir()) if workspace.predictions.is_dir() else []
    found, too_many = [], len(held) - MOST_KEPT + 1
    for folder in held:
        try:
            found.append(load(workspace, folder.name))
        except WorkspaceError:
            workspace.discard(folder)
            too_many -= 1
    alive = {batch.id: batch for batch in found if is_alive(workspace, batch)}
    spared = {needed, *alive, *(batch.of for batch in alive.values())}
    # An id sorts by the time it was made.
    for batch in found[: max(0, too_many)]:
        if batch.id not in spared and not _has_unsent_work(batch):
            forget(workspace, batch)


def _has_unsent_work(batch: Batch) -> bool:
    """Whether somebody corrected pictures of it that no dataset has yet (``corrections``)."""
    try:
        return any(not one["sent"] for one in read_json(batch.folder / "corrections.json").values())
    except NotFound:
        return False
    except (WorkspaceError, AttributeError, KeyError, TypeError):
        return True  # Damaged: rather one too many.
