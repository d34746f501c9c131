"""Where exports lie: ``runs/<id>/exports/<format>/`` with what is taken away, and ``made.json``.

An export is of a certain model and choice of how sure it has to be: once one of them is another, it is not
there any more and is made anew.
"""

import functools
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tlcore import confidence
from tlcore.errors import NotFound, NotSaved, WorkspaceError
from tlcore.exporters import formats, parity
from tlcore.exporters.parity import Parity
from tlcore.exporters.texts import program
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Stamp, Workspace, read_json, stamp, write_json

# Of what is made: one of an earlier number is made anew.
_VERSION = 1
_MADE = "made.json"


def folder(run: Run) -> Path:
    return run.folder / "exports"


def key(run: Run, format: str) -> dict[str, Any]:
    """What an export depends on."""
    text = hashlib.sha256(program(run, format).encode()).hexdigest()
    return {
        "version": _VERSION,
        "model": list(stamp(run.model_file) or ()),
        "program": text,
        "confidence": asdict(confidence.chosen(run)),
    }


def save(workspace: Workspace, run: Run, made: Path, found: Parity, of: dict[str, Any]) -> None:
    """Put a folder of files, of the workspace's scratch, in its place; of a refused one only what was found.

    Raises NotSaved, and NotFound for a run that was deleted meanwhile.
    """
    if found.refused:
        shutil.rmtree(made)
        made.mkdir()
    write_json(made / _MADE, {"key": of, "parity": found.to_json()})
    target = _prepared(run) / found.format
    try:
        if target.exists() and not workspace.discard(target):
            raise NotSaved(
                tr("The export that was there before is in use. Close what reads it, and try again.")
            )
        os.rename(made, target)
    except OSError as error:
        raise NotSaved(
            tr("The export could not be kept ({strerror}). Free some space.", strerror=error.strerror)
        ) from error


def load(run: Run, format: str) -> Parity | None:
    """What was found of an export that is here; None where there is none of the run's model as it is now."""
    file = folder(run) / format / _MADE
    found = stamp(file)
    if found is None:
        return None
    read = _read(file, found)
    return read[1] if read is not None and read[0] == key(run, format) else None


# A page asks at every click.
@functools.lru_cache(maxsize=64)
def _read(file: Path, changed: Stamp) -> tuple[dict[str, Any], Parity] | None:
    try:
        record = read_json(file)
        return dict(record["key"]), parity.from_json(record["parity"])
    except (WorkspaceError, KeyError, TypeError, ValueError):
        return None  # Of another version of Thaw, or damaged: it is made anew.


def files(run: Run, format: str) -> Iterator[tuple[str, Path]]:
    """The files of an export as they are taken away: names with slashes, and where they lie."""
    formats.get(format)
    root = folder(run) / format
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.name != _MADE:
            yield path.relative_to(root).as_posix(), path


def _prepared(run: Run) -> Path:
    """The folder, made if need be; never the run's own, which may have been deleted meanwhile."""
    try:
        folder(run).mkdir(exist_ok=True)
    except FileNotFoundError as error:
        raise NotFound(tr("{name} was deleted. Bring it back first.", name=run.name)) from error
    return folder(run)
