"""Where reports lie: ``health/<dataset id>.json``.

``kept.jsonl`` is for all datasets: a line for each finding that somebody looked at and wants no more of, or
wants back.
"""

import functools
import re
from pathlib import Path

from tlcore.errors import NotFound, WorkspaceError
from tlcore.health import findings
from tlcore.health.findings import Finding, Report
from tlcore.words import tr
from tlcore.workspace import Stamp, Workspace, append_line, read_json, read_lines, stamp, write_json

_ID = re.compile(r"[a-z0-9-]{4,64}")


def folder(workspace: Workspace) -> Path:
    return workspace.home / "health"


def check(dataset_id: str) -> None:
    """Raises NotFound for what could name any file."""
    if not _ID.fullmatch(dataset_id):
        raise NotFound(tr("There is no dataset {dataset_id!r} here.", dataset_id=dataset_id[:64]))


def save(workspace: Workspace, report: Report) -> None:
    write_json(_file(workspace, report.dataset_id), findings.to_json(report))


def load(workspace: Workspace, dataset_id: str) -> Report | None:
    """None where there is none, or none that this version of Thaw can read."""
    file = _file(workspace, dataset_id)
    found = stamp(file)
    return _read(file, found) if found is not None else None


# A page asks at every click.
@functools.lru_cache(maxsize=16)
def _read(file: Path, changed: Stamp) -> Report | None:
    """``changed``: another content has another one."""
    try:
        return findings.from_json(read_json(file))
    except (WorkspaceError, KeyError, TypeError, ValueError):
        return None


def remove(workspace: Workspace, dataset_id: str) -> None:
    """All that was found out. What was said to be right stays: it holds for other versions too."""
    check(dataset_id)
    for file in folder(workspace).glob(f"{dataset_id}.*"):
        file.unlink(missing_ok=True)


def keep(workspace: Workspace, some: list[Finding], kept: bool = True) -> None:
    """Remember that these are right as they are, in any version of the dataset; or forget that."""
    folder(workspace).mkdir(parents=True, exist_ok=True)
    for one in some:
        append_line(_kept_file(workspace), {"key": one.key, "kept": kept})


def kept_keys(workspace: Workspace) -> set[str]:
    """Of the findings that are not to be shown."""
    last = {str(line.get("key")): bool(line.get("kept")) for line in read_lines(_kept_file(workspace))}
    return {key for key, kept in last.items() if kept}


def _kept_file(workspace: Workspace) -> Path:
    return folder(workspace) / "kept.jsonl"


def _file(workspace: Workspace, dataset_id: str) -> Path:
    check(dataset_id)
    return folder(workspace) / f"{dataset_id}.json"
