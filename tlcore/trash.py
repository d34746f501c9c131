"""Runs that were deleted: out of sight at once, to be had back for some days.

On disk: ``trash/<id>``, the run's folder as it was, with ``deleted.json``.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from tlcore import held_jobs, runs, sizes
from tlcore.errors import NotFound, RunError, WorkspaceError
from tlcore.runs import Run
from tlcore.workspace import Workspace, read_json, sync_folder, write_json

KEPT_DAYS = 14
DAY_S = 86_400


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
    check_is_free(workspace, run, "deleted")
    if run.pinned:
        raise RunError(f"{run.name} is pinned, so it is not deleted. Unpin it first.")
    said = {"name": run.name, "at_s": time.time()}
    try:
        write_json(run.folder / "deleted.json", said, make_folder=False)
    except FileNotFoundError as error:
        raise _gone(run.name) from error
    _move(run.folder, workspace.trash / run.id, run.name)
    empty(workspace, KEPT_DAYS)


def undelete(workspace: Workspace, id: str) -> Run:
    """Take a run back as it was.

    Raises NotFound, RunError where another of its id is here, WorkspaceError.
    """
    folder = workspace.folder(workspace.trash, id, "deleted run")
    if (workspace.runs / id).exists():
        raise RunError("This run is here again already: somebody brought it in from a file.")
    _move(folder, workspace.runs / id, id)
    (workspace.runs / id / "deleted.json").unlink(missing_ok=True)
    return runs.load(workspace, id)


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


def check_is_free(workspace: Workspace, run: Run, what: str) -> None:
    """Raises RunError where the run is under way: queued, preparing, training or being stopped."""
    keys = held_jobs.all_held(workspace)
    progress = runs.progress(run, run.events(), alive=keys is None or run.job_key in keys)
    if not progress.status.final:
        raise RunError(
            f"{run.name} is {progress.status.value}, so it cannot be {what} now. Stop it first, or wait."
        )


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
            f"{name} could not be moved ({error.strerror}). Close what uses it, and try again."
        ) from error


def _gone(name: str) -> NotFound:
    return NotFound(f"{name} is not here any more: somebody else deleted it, or had it back.")
