"""Runs that were deleted: out of sight at once, to be had back for some days.

On disk: ``trash/<id>``, the run's folder as it was, with ``deleted.json``.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tlcore import held_jobs, run_lock, runs, sizes
from tlcore.errors import NotFound, RunError, WorkspaceError
from tlcore.runs import Run
from tlcore.words import mark, tr
from tlcore.workspace import Workspace, read_json, sync_folder, write_json

KEPT_DAYS = 14
DAY_S = 86_400

Deed = Literal["deleted", "exported", "logged"]
_BUSY: dict[Deed, str] = {
    "deleted": mark("{name} is {status}, so it cannot be deleted now. Stop it first, or wait."),
    "exported": mark("{name} is {status}, so it cannot be exported now. Stop it first, or wait."),
    "logged": mark("{name} is {status}, so it cannot be logged now. Stop it first, or wait."),
}


@dataclass(frozen=True)
class Deleted:
    id: str
    name: str
    deleted_s: float
    """When, in seconds since the epoch."""
    size_bytes: int
    folder: Path


def delete(workspace: Workspace, run: Run) -> None:
    """Move a run to the trash, and empty the trash of what has been there for long.

    Raises RunError for a run that is under way or pinned, WorkspaceError when it cannot be moved.
    """
    with run_lock.held(workspace, run.id):
        check_is_free(workspace, run, "deleted")
        if run.pinned:
            raise RunError(tr("{name} is pinned, so it is not deleted. Unpin it first.", name=run.name))
        _put_in(workspace, run.id, run.name)
    empty(workspace, KEPT_DAYS)


def delete_damaged(workspace: Workspace, id: str) -> None:
    """The same for a run whose record cannot be read; a pin is not asked for, since nobody could take it off.

    Raises NotFound for one that is not damaged, RunError for one that is under way, WorkspaceError.
    """
    with run_lock.held(workspace, id):
        if id not in (one.id for one in runs.list_damaged(workspace)):
            raise NotFound(tr("There is no damaged run {id!r} here.", id=id[:64]))
        if held_jobs.holds(workspace, runs.job_key(id)):
            raise RunError(
                tr("A worker is at work on this run, so it cannot be deleted now. Try again later.")
            )
        _put_in(workspace, id, id)
    empty(workspace, KEPT_DAYS)


def undelete(workspace: Workspace, id: str) -> Run | None:
    """Take a run back as it was; None for one whose record cannot be read, which is back all the same.

    Raises NotFound, RunError where another of its id is here, WorkspaceError.
    """
    folder = workspace.folder(workspace.trash, id, "deleted run")
    with run_lock.held(workspace, id):
        if (workspace.runs / id).exists():
            raise RunError(tr("This run is here again already: somebody brought it in from a file."))
        _move(folder, workspace.runs / id, id)
    (workspace.runs / id / "deleted.json").unlink(missing_ok=True)
    damaged = {one.id for one in runs.list_damaged(workspace)}
    return None if id in damaged else runs.load(workspace, id)


def list_all(workspace: Workspace) -> list[Deleted]:
    """The latest first."""
    found = []
    for folder in workspace.trash.iterdir() if workspace.trash.is_dir() else []:
        try:
            said = read_json(folder / "deleted.json")
            name, deleted_s = str(said["name"]), float(said["at_s"])
        except (WorkspaceError, KeyError, TypeError, ValueError):
            # Still to be had back, and to be emptied in its time.
            name, deleted_s = folder.name, folder.stat().st_mtime
        found.append(Deleted(folder.name, name, deleted_s, sizes.size_of(folder), folder))
    return sorted(found, key=lambda one: -one.deleted_s)


def empty(workspace: Workspace, older_than_days: float = 0) -> list[Deleted]:
    """Remove for good what was deleted so many days ago; returns what was removed."""
    limit_s = time.time() - older_than_days * DAY_S
    gone = [one for one in list_all(workspace) if one.deleted_s <= limit_s]
    return [one for one in gone if workspace.discard(one.folder)]


def check_is_free(workspace: Workspace, run: Run, what: Deed) -> None:
    """Raises RunError where the run is under way: queued, preparing, training or being stopped."""
    keys = held_jobs.all_held(workspace)
    progress = runs.progress(run, run.events(), alive=keys is None or run.job_key in keys)
    if not progress.status.final:
        raise RunError(
            tr(
                _BUSY[what],
                name=run.name,
                status=tr(progress.status.value),
            )
        )


def _put_in(workspace: Workspace, id: str, name: str) -> None:
    folder = workspace.runs / id
    try:
        write_json(folder / "deleted.json", {"name": name, "at_s": time.time()}, make_folder=False)
    except FileNotFoundError as error:
        raise _gone(name) from error
    _move(folder, workspace.trash / id, name)


def _move(source: Path, target: Path, name: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)
        sync_folder(target.parent)
        sync_folder(source.parent)
    except FileNotFoundError as error:
        raise _gone(name) from error
    except OSError as error:
        raise WorkspaceError(
            tr(
                "{name} could not be moved ({strerror}). Close what uses it, and try again.",
                name=name,
                strerror=error.strerror,
            )
        ) from error


def _gone(name: str) -> NotFound:
    return NotFound(tr("{name} is not here any more: somebody else deleted it, or had it back.", name=name))
