"""Where an atlas lies: ``atlas/<dataset id>-<features>/``, shared by all runs that see the same.

``atlas.json``, written last, has its neighbours beside it; each projection is a file of its own.
"""

import functools
import io
import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tlcore.atlas.neighbours import Neighbours
from tlcore.atlas.projections import Projected, Projection
from tlcore.atlas.reach import Reach
from tlcore.errors import NotFound, WorkspaceError
from tlcore.words import tr
from tlcore.workspace import Stamp, Workspace, read_json, stamp, write_atomic, write_json

# Raise it when the same features would give another atlas.
_VERSION = 1
_KEY = re.compile(r"[a-z0-9-]{4,80}")
_DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, WorkspaceError)


@dataclass(frozen=True)
class Atlas:
    """What is known of the pictures of a dataset through a lens; one row per item, in the dataset's order."""

    neighbours: Neighbours
    reach: Reach


def folder(workspace: Workspace, key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise NotFound(tr("There is no map {key!r} here.", key=key[:64]))
    return workspace.home / "atlas" / key


def save(workspace: Workspace, key: str, atlas: Atlas) -> None:
    place = folder(workspace, key)
    _write(place / "neighbours.npz", rows=atlas.neighbours.rows, distances=atlas.neighbours.distances)
    # Last: without it there is none.
    write_json(
        place / "atlas.json", {"version": _VERSION, "k": atlas.reach.k, "threshold": atlas.reach.threshold}
    )


def load(workspace: Workspace, key: str) -> Atlas | None:
    """None where there is none, or none that this version of Thaw can read."""
    place = folder(workspace, key)
    files = (place / "atlas.json", place / "neighbours.npz")
    return _atlas(place, tuple(map(stamp, files)))


def save_projection(workspace: Workspace, key: str, projection: Projection, found: Projected) -> None:
    shares = [] if found.shares is None else list(found.shares)
    _write(_projection_file(workspace, key, projection), points=found.points, shares=np.array(shares))


def load_projection(workspace: Workspace, key: str, projection: Projection) -> Projected | None:
    file = _projection_file(workspace, key, projection)
    return _projected(file, stamp(file))


def remove(workspace: Workspace, dataset_id: str) -> None:
    """All that is known of a dataset that is deleted, for whatever run."""
    for place in (workspace.home / "atlas").glob(f"{dataset_id}-*"):
        shutil.rmtree(place, ignore_errors=True)


# A page asks at every click.
@functools.lru_cache(maxsize=8)
def _atlas(place: Path, stamps: tuple[Stamp | None, ...]) -> Atlas | None:
    if None in stamps:
        return None
    try:
        told = read_json(place / "atlas.json")
        if told["version"] != _VERSION:
            return None
        parts = _read(place / "neighbours.npz")
        reach = Reach(int(told["k"]), float(told["threshold"]))
        return Atlas(Neighbours(parts["rows"], parts["distances"]), reach)
    except _DAMAGED:
        return None


@functools.lru_cache(maxsize=16)
def _projected(file: Path, found: Stamp | None) -> Projected | None:
    if found is None:
        return None
    try:
        parts = _read(file)
        shares = [float(share) for share in parts["shares"]]
        return Projected(parts["points"], (shares[0], shares[1]) if shares else None)
    except (*_DAMAGED, IndexError):
        return None


def _projection_file(workspace: Workspace, key: str, projection: Projection) -> Path:
    return folder(workspace, key) / f"{projection}{_VERSION}.npz"


def _write(file: Path, **arrays: np.ndarray) -> None:
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
    write_atomic(file, content.getvalue())


def _read(file: Path) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as held:
        return {name: held[name] for name in held.files}
