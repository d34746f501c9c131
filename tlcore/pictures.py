"""Pictures shown to a model: kept in the workspace, made safe, so that a link or a refresh finds them."""

from pathlib import Path

from tlcore import images
from tlcore.errors import NotFound
from tlcore.words import tr
from tlcore.workspace import Workspace, write_atomic

# They are looked at once or twice; the oldest make room.
MOST_KEPT = 200


def keep(workspace: Workspace, content: bytes) -> str:
    """Make a picture safe, keep it and return its id. Raises ImageError for something that is no picture."""
    safe = images.make_safe(content)
    id = safe.sha256[:24]
    write_atomic(workspace.pictures / f"{id}{safe.suffix}", safe.content)
    for old in sorted(workspace.pictures.iterdir(), key=_newest_first)[MOST_KEPT:]:
        old.unlink(missing_ok=True)
    return id


def _newest_first(file: Path) -> float:
    try:
        return -file.stat().st_mtime
    except FileNotFoundError:
        return 0.0  # Another session has just moved or removed it.


def find(workspace: Workspace, id: str) -> Path:
    """Raises NotFound when the picture is no longer there."""
    found = next(workspace.pictures.glob(f"{id}.*"), None) if id.isalnum() else None
    if found is None:
        raise NotFound(tr("The picture of this link is not here any more. Choose it again."))
    return found


def forget(workspace: Workspace, id: str) -> None:
    find(workspace, id).unlink(missing_ok=True)
