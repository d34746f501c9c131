"""Where reports lie: ``health/<dataset id>.json``, and what is said while one is made.

That is ``<id>.progress.json`` or ``<id>.failed.json``, for a while. ``kept.jsonl`` is for all datasets: a
line for each finding that somebody looked at and wants no more of, or wants back.
"""

import contextlib
import functools
import re
from dataclasses import dataclass
from pathlib import Path

from tlcore.errors import NotFound, WorkspaceError
from tlcore.health import findings
from tlcore.health.findings import Finding, Report
from tlcore.workspace import Workspace, append_line, read_json, read_lines, write_json

_ID = re.compile(r"[a-z0-9-]{4,64}")


@dataclass(frozen=True)
class Stage:
    name: str
    """``features``, ``looks`` or ``comparing``."""
    done: int
    total: int


def save(workspace: Workspace, report: Report) -> None:
    write_json(_file(workspace, report.dataset_id), findings.to_json(report))
    forget(workspace, report.dataset_id)


def load(workspace: Workspace, dataset_id: str) -> Report | None:
    """None where there is none, or none that this version of Thaw can read."""
    file = _file(workspace, dataset_id)
    try:
        stamp = file.stat()
    except OSError:
        return None
    return _read(file, stamp.st_mtime_ns, stamp.st_size)


# A page asks at every click.
@functools.lru_cache(maxsize=16)
def _read(file: Path, mtime_ns: int, size: int) -> Report | None:
    try:
        return findings.from_json(read_json(file))
    except (WorkspaceError, KeyError, TypeError, ValueError):
        return None


def tell(workspace: Workspace, dataset_id: str, stage: str, done: int, total: int) -> None:
    write_json(_file(workspace, dataset_id, "progress"), {"stage": stage, "done": done, "total": total})


def fail(workspace: Workspace, dataset_id: str, message: str) -> None:
    write_json(_file(workspace, dataset_id, "failed"), {"message": message})


def progress(workspace: Workspace, dataset_id: str) -> Stage | None:
    with contextlib.suppress(WorkspaceError, KeyError, TypeError):
        told = read_json(_file(workspace, dataset_id, "progress"))
        return Stage(str(told["stage"]), int(told["done"]), int(told["total"]))
    return None


def failure(workspace: Workspace, dataset_id: str) -> str | None:
    with contextlib.suppress(WorkspaceError, KeyError, TypeError):
        return str(read_json(_file(workspace, dataset_id, "failed"))["message"])
    return None


def forget(workspace: Workspace, dataset_id: str) -> None:
    """What was said while a report was made."""
    for what in ("progress", "failed"):
        _file(workspace, dataset_id, what).unlink(missing_ok=True)


def remove(workspace: Workspace, dataset_id: str) -> None:
    """All that was found out. What was said to be right stays: it holds for other versions too."""
    _file(workspace, dataset_id)  # Refuses what is no id, which could name any file here.
    for file in _folder(workspace).glob(f"{dataset_id}.*"):
        file.unlink(missing_ok=True)


def keep(workspace: Workspace, some: list[Finding], kept: bool = True) -> None:
    """Remember that these are right as they are, in any version of the dataset; or forget that."""
    _folder(workspace).mkdir(parents=True, exist_ok=True)
    for one in some:
        append_line(_kept_file(workspace), {"key": one.key, "kept": kept})


def kept_keys(workspace: Workspace) -> set[str]:
    """Of the findings that are not to be shown."""
    last = {str(line.get("key")): bool(line.get("kept")) for line in read_lines(_kept_file(workspace))}
    return {key for key, kept in last.items() if kept}


def _kept_file(workspace: Workspace) -> Path:
    return _folder(workspace) / "kept.jsonl"


def _folder(workspace: Workspace) -> Path:
    return workspace.home / "health"


def _file(workspace: Workspace, dataset_id: str, what: str = "") -> Path:
    if not _ID.fullmatch(dataset_id):
        raise NotFound(f"There is no dataset {dataset_id[:64]!r} here.")
    return _folder(workspace) / (f"{dataset_id}.{what}.json" if what else f"{dataset_id}.json")
