"""What a person chose of how pages look and ask, in a small file for each: it outlives tab and server."""

import hashlib
from pathlib import Path
from typing import Any

from tlcore.errors import WorkspaceError
from tlcore.workspace import Workspace, read_json, write_json

__all__ = ["keep", "load"]


def load(workspace: Workspace, person: str) -> dict[str, Any]:
    """What is kept by name; empty for somebody new. Whoever reads a value checks it."""
    try:
        found = read_json(_file(workspace, person))
    except WorkspaceError:
        # Not there, or damaged: nothing is lost that a click does not bring back.
        return {}
    return found if isinstance(found, dict) else {}


def keep(workspace: Workspace, person: str, **values: Any) -> None:
    """Keep values of JSON beside what is kept already. Raises NotSaved."""
    write_json(_file(workspace, person), load(workspace, person) | values)


def _file(workspace: Workspace, person: str) -> Path:
    # A name may be an e-mail address: it is nobody's business on the disk, and may hold any character.
    return workspace.home / "people" / f"{hashlib.sha256(person.encode()).hexdigest()[:16]}.json"
