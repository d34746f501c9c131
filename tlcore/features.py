"""The frozen prefix run once, its output kept on disk and memory-mapped.

A cache is named by everything its content depends on. It is made in shards, by as many workers as need it;
it has an index when it is complete and on the disk, so a half-written one is never read.
"""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import BaseFileLock

from tlcore import feature_maker, feature_store, known_rows
from tlcore.datasets import Dataset, Item
from tlcore.errors import WorkspaceError
from tlcore.feature_maker import Progress, Source
from tlcore.models import Prefix
from tlcore.plans import Dtype, cache_budget_bytes
from tlcore.shards import Shards
from tlcore.views import ORIGINAL, View
from tlcore.words import tr
from tlcore.workspace import Workspace

__all__ = [
    "Features",
    "View",
    "features_key",
    "find",
    "is_kept",
    "keep",
    "prepare",
    "prepare_by_graph",
    "rows_of",
]

# Part of every key: raise it when the same inputs would give other numbers.
CODE_VERSION = 2


@dataclass(frozen=True)
class Features:
    """``array`` is (n, *feature_shape), memory-mapped, one row per item of the dataset, in its order."""

    key: str
    array: npt.NDArray[Any]
    reused: bool
    """Whether they were there, or came from another run that made them meanwhile."""
    runtime: str
    """What computed them: litert, tensorflow, or pixels that are kept as they are; empty where others had."""
    seconds: float
    """What computing them took here, the conversion of the graph not counted."""
    pictures: int
    """How many were computed here; others, or an earlier attempt, made the rest."""
    use: BaseFileLock
    """As long as this lives, the cache is not removed."""


def prepare(
    workspace: Workspace,
    dataset: Dataset,
    prefix: Prefix | None,
    size_px: int,
    view: View = ORIGINAL,
    progress: Progress = lambda done, total: None,
    dtype: Dtype = "float32",
) -> Features:
    """The prefix's output for every picture of the dataset, from the cache or computed now.

    ``prefix`` None keeps the pixels themselves, uint8; else the features are of ``dtype``.
    ``progress`` is called with (pictures done, pictures in all) and may raise to break off, also while
    another run makes the same features.
    Raises WorkspaceError when the cache cannot be written.
    """
    source = feature_maker.of_prefix(workspace, dataset, prefix, size_px)
    return _prepare(workspace, dataset, source, size_px, view, progress, dtype)


def prepare_by_graph(
    workspace: Workspace,
    dataset: Dataset,
    prefix_digest: str,
    size_px: int,
    view: View = ORIGINAL,
    progress: Progress = lambda done, total: None,
) -> Features | None:
    """The same in float32 without Keras, by a graph that was converted before; None where there is none."""
    source = feature_maker.of_graph(workspace, prefix_digest, size_px)
    if source is None:
        return None
    return _prepare(workspace, dataset, source, size_px, view, progress, "float32")


def _prepare(
    workspace: Workspace,
    dataset: Dataset,
    source: Source,
    size_px: int,
    view: View,
    progress: Progress,
    dtype: Dtype,
) -> Features:
    key = features_key(dataset.items, source.digest, size_px, view, dtype)
    try:
        return _prepared(workspace, key, dataset, source, size_px, view, progress, dtype)
    except OSError as error:
        raise WorkspaceError(
            tr("The features could not be kept ({strerror}). Free some space.", strerror=error.strerror)
        ) from error


def find(
    workspace: Workspace,
    items: Sequence[Item],
    prefix_digest: str,
    size_px: int,
    view: View = ORIGINAL,
) -> Features | None:
    """The float32 features of pictures, if they are kept: without Keras. See ``prepare``."""
    key = features_key(items, prefix_digest, size_px, view)
    use = feature_store.use(workspace, key)
    if (found := _cached(workspace.features / key)) is None:
        feature_store.done_with(use)
        return None
    return Features(key, found, True, "", 0.0, 0, use)


def is_kept(
    workspace: Workspace, items: Sequence[Item], prefix_digest: str, size_px: int, view: View
) -> bool:
    """Whether ``find`` would find them, by a look at the disk."""
    key = features_key(items, prefix_digest, size_px, view)
    return (workspace.features / key / "index.json").is_file()


def rows_of(found: Features) -> npt.NDArray[np.float32]:
    """The features in memory; the cache itself may then be removed."""
    rows = np.array(found.array, np.float32)
    feature_store.done_with(found.use)
    return rows


def keep(
    workspace: Workspace,
    items: Sequence[Item],
    prefix_digest: str,
    size_px: int,
    rows: npt.NDArray[np.float32],
    view: View = ORIGINAL,
) -> None:
    """A cache of rows that are known already, as those of an earlier version of the dataset."""
    folder = workspace.features / features_key(items, prefix_digest, size_px, view)
    shards = Shards(workspace, folder, rows.shape, rows.dtype)
    feature_store.make_room(workspace, shards.size_bytes, cache_budget_bytes())
    for number in shards.missing() if not shards.joined else []:
        with shards.take([number]) as taken:
            if taken is not None:
                shards.write(taken, [rows[shards.rows(taken)]])
    # Unless somebody else is at work on one of them, and will join them.
    if not shards.missing():
        shards.join(_index(items, prefix_digest, size_px, view, "float32"))


def _index(
    items: Sequence[Item], prefix_digest: str | None, size_px: int, view: View, dtype: Dtype
) -> dict[str, Any]:
    told = {"images": len(items), "size_px": size_px, "view": view.key, "code": CODE_VERSION}
    return told | known_rows.index(_made_by(prefix_digest, size_px, view, dtype), items)


def _prepared(
    workspace: Workspace,
    key: str,
    dataset: Dataset,
    source: Source,
    size_px: int,
    view: View,
    progress: Progress,
    dtype: Dtype,
) -> Features:
    folder = workspace.features / key
    # Before looking, so that nobody removes what is found.
    use = feature_store.use(workspace, key)
    if (found := _cached(folder)) is not None:
        return Features(key, found, True, "", 0.0, 0, use)
    kind = np.dtype(dtype if source.digest is not None else np.uint8)
    shards = Shards(workspace, folder, (len(dataset.items), *source.shape), kind)
    if shards.joined:
        # What cannot be read is not a cache; an earlier version of Thaw may have left it.
        shutil.rmtree(folder, ignore_errors=True)
    made_by = _made_by(source.digest, size_px, view, dtype)
    # Before there is made room, which takes the caches that nobody uses.
    with known_rows.held(workspace, made_by, dataset.items) as known:
        feature_store.make_room(workspace, shards.size_bytes, cache_budget_bytes())
        maker = feature_maker.Maker(workspace, dataset, size_px, view, source, made_by, known)
        maker.fill(shards, progress)
    shards.join(_index(dataset.items, source.digest, size_px, view, dtype))
    array = np.load(folder / "features.npy", mmap_mode="r")
    return Features(key, array, not maker.runtime, maker.runtime, maker.seconds, maker.pictures, use)


def _cached(folder: Path) -> npt.NDArray[Any] | None:
    """A complete cache's array; None where there is none, or none that can be read."""
    if not (folder / "index.json").is_file():
        return None
    try:
        return np.load(folder / "features.npy", mmap_mode="r")  # type: ignore[no-any-return]
    except (OSError, ValueError):
        return None


def features_key(
    items: Sequence[Item], prefix_digest: str | None, size_px: int, view: View, dtype: Dtype = "float32"
) -> str:
    """Names a cache by its pictures in order, the prefix, size, view, type and the code that made it."""
    digest = hashlib.sha256()
    digest.update(_made_by(prefix_digest, size_px, view, dtype).encode())
    for item in items:
        digest.update(item.sha256.encode())
    return digest.hexdigest()[:32]


def _made_by(prefix_digest: str | None, size_px: int, view: View, dtype: Dtype) -> str:
    """All that the features of one picture depend on, but for the picture."""
    kind = dtype if prefix_digest else "uint8"
    return json.dumps([CODE_VERSION, prefix_digest, size_px, view.key, kind])
