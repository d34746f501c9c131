"""Where reports lie: ``doctor/<dataset id>-<network>.json``, one for each network that was used."""

import functools
import hashlib
import json
import re
from pathlib import Path

from tlcore.doctor import report
from tlcore.doctor.report import Report
from tlcore.errors import NotFound, WorkspaceError
from tlcore.plans import Plan
from tlcore.words import tr
from tlcore.workspace import Stamp, Workspace, read_json, stamp, write_json

_ID = re.compile(r"[a-z0-9-]{4,64}")


def folder(workspace: Workspace) -> Path:
    return workspace.home / "doctor"


def name(dataset_id: str, plan: Plan) -> str:
    """Of the report of a dataset by the features of a plan's backbone. Raises NotFound for what is no id."""
    check(dataset_id)
    recipe = plan.recipe
    parts = [recipe.backbone.model_dump(mode="json"), recipe.head.pooling, recipe.seed]
    return f"{dataset_id}-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]}"


def check(dataset_id: str) -> None:
    """Raises NotFound for what could name any file."""
    if not _ID.fullmatch(dataset_id):
        raise NotFound(tr("There is no dataset {dataset_id!r} here.", dataset_id=dataset_id[:64]))


def save(workspace: Workspace, name: str, made: Report) -> None:
    write_json(_file(workspace, name), report.to_json(made))


def load(workspace: Workspace, name: str) -> Report | None:
    """None where there is none, or none that this version of Thaw can read."""
    file = _file(workspace, name)
    found = stamp(file)
    return _read(file, found) if found is not None else None


def remove(workspace: Workspace, dataset_id: str) -> None:
    """All that was found out about a dataset. What was decided about its pictures goes with it."""
    check(dataset_id)
    for pattern in (f"{dataset_id}-*.json", f"{dataset_id}.decisions.jsonl"):
        for file in folder(workspace).glob(pattern):
            file.unlink(missing_ok=True)


# A page asks at every click.
@functools.lru_cache(maxsize=16)
def _read(file: Path, changed: Stamp) -> Report | None:
    """``changed``: another content has another one."""
    try:
        return report.from_json(read_json(file))
    except (WorkspaceError, KeyError, TypeError, ValueError):
        return None


def _file(workspace: Workspace, name: str) -> Path:
    return folder(workspace) / f"{name}.json"
