"""What may change of a run: the name and note that people give it, and whether it is pinned or was exported.

It lies beside the run's record, which never changes.
"""

import contextlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tlcore.archives import clean_text
from tlcore.errors import NotFound, RunError, WorkspaceError
from tlcore.words import tr
from tlcore.workspace import read_json, write_json

FILE = "about.json"
MAX_NAME_CHARACTERS = 100
MAX_NOTE_CHARACTERS = 2_000


@dataclass(frozen=True)
class About:
    name: str = ""
    """Empty: the one that the run was made with."""
    note: str = ""
    pinned: bool = False
    """Neither deleted nor cleaned away."""
    exported: bool = False
    """Whether it was taken away; nothing that belongs to it is cleaned away."""


def read(folder: Path) -> About:
    """Of a run's folder. One that is damaged hides no run: nothing is known but that it is to be spared."""
    try:
        return _parsed(read_json(folder / FILE))
    except NotFound:
        return About()
    except (WorkspaceError, TypeError, ValueError):
        return About(pinned=True)


def rename(folder: Path, name: str) -> None:
    """Raises RunError for a name without a character to be seen, WorkspaceError."""
    cleaned = clean_text(name)[:MAX_NAME_CHARACTERS]
    if not cleaned:
        raise RunError(tr("A run needs a name. Type at least one letter."))
    _change(folder, name=cleaned)


def set_note(folder: Path, note: str) -> None:
    """Raises WorkspaceError."""
    _change(folder, note=clean_note(note))


def clean_note(note: str) -> str:
    """Fit to be shown: lines of text, not too many."""
    return "\n".join(map(clean_text, note.splitlines())).strip()[:MAX_NOTE_CHARACTERS]


def pin(folder: Path, pinned: bool = True) -> None:
    """Raises WorkspaceError."""
    _change(folder, pinned=pinned)


def mark_exported(folder: Path) -> None:
    """Where it can be noted. What was exported is whole, so a full disk is no reason to refuse it, and a run
    that was deleted meanwhile needs no mark."""
    with contextlib.suppress(WorkspaceError):
        if not read(folder).exported:
            _change(folder, exported=True)


def _change(folder: Path, **changes: Any) -> None:
    try:
        # A folder that was deleted meanwhile is not to come to life again.
        write_json(folder / FILE, asdict(replace(read(folder), **changes)), make_folder=False)
    except FileNotFoundError as error:
        raise NotFound(tr("This run was deleted. Bring it back first.")) from error


def _parsed(value: dict[str, Any]) -> About:
    about = About(**value)
    texts = isinstance(about.name, str) and isinstance(about.note, str)
    if not texts or not isinstance(about.pinned, bool) or not isinstance(about.exported, bool):
        raise ValueError("not what it should be")
    return about
