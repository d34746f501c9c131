"""The looks of a dataset's pictures, kept: a later version of it shares most of them."""

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from tlcore.datasets import Dataset
from tlcore.health.looks import Look, Side, look_at
from tlcore.workspace import Workspace, write_atomic

# Part of the file's name: raise it when a picture would look otherwise.
_CODE_VERSION = 1
_CHUNK = 64


def looks_of(
    workspace: Workspace,
    dataset: Dataset,
    ancestors: Iterator[Dataset],
    progress: Callable[[int, int], None],
) -> list[Look]:
    """One for each item. Raises ImageError for a picture that is gone."""
    known = _known(workspace, dataset, ancestors)
    fresh = {item.sha256: dataset.path(item) for item in dataset.items if item.sha256 not in known}
    names, paths = list(fresh), list(fresh.values())
    # Pillow and NumPy work outside of Python's lock, so threads do help.
    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="health") as pool:
        # In chunks, so that a failure ends the work soon.
        for start in range(0, len(paths), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            known.update(zip(names[chunk], pool.map(look_at, paths[chunk]), strict=True))
            progress(min(start + _CHUNK, len(paths)), len(paths))
    mine = {item.sha256: known[item.sha256] for item in dataset.items}
    if fresh:
        _save(_file(workspace, dataset.id), mine)
    return [mine[item.sha256] for item in dataset.items]


def _known(workspace: Workspace, dataset: Dataset, ancestors: Iterator[Dataset]) -> dict[str, Look]:
    """Those of the nearest version that has any."""
    for version in (dataset, *ancestors):
        file = _file(workspace, version.id)
        if file.is_file() and (found := _load(file)):
            return found
    return {}


def _file(workspace: Workspace, dataset_id: str) -> Path:
    return workspace.home / "health" / f"{dataset_id}.looks{_CODE_VERSION}.npz"


def _save(file: Path, looks: dict[str, Look]) -> None:
    some = list(looks.values())
    content = io.BytesIO()
    np.savez_compressed(
        content,
        sha256=np.array(list(looks)),
        hash=np.array([look.hash for look in some], np.uint64),
        figures=np.array([(look.sharpness, look.spread, look.commonest, look.grey) for look in some]),
        colours=np.array([[side.colour for side in look.sides] for look in some], np.uint8),
        widths=np.array([[side.width for side in look.sides] for look in some]),
        maps=np.array([look.map for look in some]),
    )
    write_atomic(file, content.getvalue())


def _load(file: Path) -> dict[str, Look]:
    """Empty for a file that is damaged: looking again is cheap."""
    try:
        with np.load(io.BytesIO(file.read_bytes())) as held:
            parts = {name: held[name] for name in held.files}
        return {str(sha256): _look(parts, row) for row, sha256 in enumerate(parts["sha256"])}
    except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile):
        return {}


def _look(parts: dict[str, "np.ndarray"], row: int) -> Look:
    sharpness, spread, commonest, grey = (float(figure) for figure in parts["figures"][row])
    top, right, bottom, left = (
        Side((int(colour[0]), int(colour[1]), int(colour[2])), float(width))
        for colour, width in zip(parts["colours"][row], parts["widths"][row], strict=True)
    )
    return Look(
        int(parts["hash"][row]),
        sharpness,
        spread,
        commonest,
        bool(grey),
        (top, right, bottom, left),
        parts["maps"][row],
    )
