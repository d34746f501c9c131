"""The token by which programs show that they may ask: one per workspace, in a file for its owner only."""

import re
import secrets
from pathlib import Path

from filelock import FileLock

from tlcore.errors import WorkspaceError
from tlcore.workspace import Workspace, write_atomic

_FORM = re.compile(r"[A-Za-z0-9_-]{32,64}")


def obtain(workspace: Workspace) -> str:
    """The token, made when it is first asked for. Raises WorkspaceError."""
    if not _file(workspace).is_file():
        workspace.check_writable()
        # Of two that begin at once the second takes what the first has made.
        with FileLock(workspace.locks / "token.lock"):
            if not _file(workspace).is_file():
                return renew(workspace)
    return _read(workspace)


def renew(workspace: Workspace) -> str:
    """Another token; the one before is of no use from now on, in servers that run too."""
    workspace.check_writable()
    folder = _file(workspace).parent
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    made = secrets.token_urlsafe(32)
    # A file that is written so can be read by its owner alone.
    write_atomic(_file(workspace), made.encode())
    return made


def _read(workspace: Workspace) -> str:
    try:
        found = _file(workspace).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise _damaged() from error
    # An empty one would let everybody in.
    if not _FORM.fullmatch(found):
        raise _damaged()
    return found


def _damaged() -> WorkspaceError:
    return WorkspaceError("The token of this workspace is damaged. Make another one: thaw token --new.")


def _file(workspace: Workspace) -> Path:
    return workspace.home / "api" / "token"
