"""The frozen prefix run once, its output kept on disk and memory-mapped.

A cache is named by everything its content depends on. It is made in shards, by as many workers as need it;
it has an index when it is complete and on the disk, so a half-written one is never read.
"""

import functools
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import BaseFileLock

from tlcore import augmentation, feature_store, images, runtimes
from tlcore.config import Augmentation
from tlcore.datasets import Dataset, Item
from tlcore.errors import WorkspaceError
from tlcore.models import Prefix
from tlcore.plans import Dtype, cache_budget_bytes
from tlcore.runtimes import Runner
from tlcore.shards import Shards
from tlcore.workspace import Workspace

# Part of every key: raise it when the same inputs would give other numbers.
CODE_VERSION = 2
BATCH = 32
DECODED_AT_A_TIME = 64
_LOOK_AGAIN_S = 0.2

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class View:
    """One variant of the pictures. View 0 is the pictures themselves."""

    number: int = 0
    changes: Augmentation = Augmentation()
    seed: int = 0

    @property
    def _is_original(self) -> bool:
        return self.number == 0 or not self.changes.changes

    def apply(self, pixels: npt.NDArray[np.uint8], item: Item) -> npt.NDArray[np.uint8]:
        if self._is_original:
            return pixels
        return augmentation.augment(
            pixels, self.changes, seed=self.seed, number=self.number, sha256=item.sha256
        )

    @property
    def key(self) -> list[Any]:
        if self._is_original:
            return []
        return [self.number, self.seed, self.changes.model_dump(exclude={"views"})]


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
    """What computing them took, the conversion of the graph not counted."""
    use: BaseFileLock
    """As long as this lives, the cache is not removed."""


def prepare(
    workspace: Workspace,
    dataset: Dataset,
    prefix: Prefix | None,
    size_px: int,
    view: View = View(),
    progress: Progress = lambda done, total: None,
    dtype: Dtype = "float32",
) -> Features:
    """The prefix's output for every picture of the dataset, from the cache or computed now.

    ``prefix`` None keeps the pixels themselves, uint8; else the features are of ``dtype``.
    ``progress`` is called with (pictures done, pictures in all) and may raise to break off, also while
    another run makes the same features.
    Raises WorkspaceError when the cache cannot be written.
    """
    key = features_key(dataset.items, prefix.digest if prefix else None, size_px, view, dtype)
    try:
        return _prepared(workspace, key, dataset, prefix, size_px, view, progress, dtype)
    except OSError as error:
        raise WorkspaceError(
            f"The features could not be kept ({error.strerror}). Free some space."
        ) from error


def find(workspace: Workspace, items: Sequence[Item], prefix_digest: str, size_px: int) -> Features | None:
    """The float32 features of pictures as they are, if they are kept: without Keras. See ``prepare``."""
    key = features_key(items, prefix_digest, size_px, View())
    use = feature_store.use(workspace, key)
    if (found := _cached(workspace.features / key)) is None:
        feature_store.done_with(use)
        return None
    return Features(key, found, True, "", 0.0, use)


def keep(
    workspace: Workspace,
    items: Sequence[Item],
    prefix_digest: str,
    size_px: int,
    rows: npt.NDArray[np.float32],
) -> None:
    """A cache of rows that are known already, as those of an earlier version of the dataset."""
    folder = workspace.features / features_key(items, prefix_digest, size_px, View())
    shards = Shards(workspace, folder, rows.shape, rows.dtype)
    feature_store.make_room(workspace, shards.size_bytes, cache_budget_bytes())
    for number in shards.missing() if not shards.joined else []:
        with shards.take([number]) as taken:
            if taken is not None:
                shards.write(taken, [rows[shards.rows(taken)]])
    # Unless somebody else is at work on one of them, and will join them.
    if not shards.missing():
        shards.join(_index(len(items), size_px, View()))


def _index(pictures: int, size_px: int, view: View) -> dict[str, Any]:
    return {"images": pictures, "size_px": size_px, "view": view.key, "code": CODE_VERSION}


def _prepared(
    workspace: Workspace,
    key: str,
    dataset: Dataset,
    prefix: Prefix | None,
    size_px: int,
    view: View,
    progress: Progress,
    dtype: Dtype,
) -> Features:
    folder = workspace.features / key
    # Before looking, so that nobody removes what is found.
    use = feature_store.use(workspace, key)
    if (found := _cached(folder)) is not None:
        return Features(key, found, True, "", 0.0, use)
    shape = tuple(prefix.model.output_shape[1:]) if prefix is not None else (size_px, size_px, 3)
    kind = np.dtype(dtype if prefix is not None else np.uint8)
    shards = Shards(workspace, folder, (len(dataset.items), *shape), kind)
    if shards.joined:
        # What cannot be read is not a cache; an earlier version of Thaw may have left it.
        shutil.rmtree(folder, ignore_errors=True)
    feature_store.make_room(workspace, shards.size_bytes, cache_budget_bytes())
    maker = _Maker(workspace, dataset, prefix, size_px, view)
    maker.fill(shards, progress)
    shards.join(_index(len(dataset.items), size_px, view))
    array = np.load(folder / "features.npy", mmap_mode="r")
    return Features(key, array, not maker.runtime, maker.runtime, maker.seconds, use)


class _Maker:
    """Computes the shards of a cache that nobody else computes, until there are all."""

    def __init__(
        self, workspace: Workspace, dataset: Dataset, prefix: Prefix | None, size_px: int, view: View
    ) -> None:
        self.workspace, self.dataset, self.prefix = workspace, dataset, prefix
        self.size_px, self.view = size_px, view
        self.runner: Runner | None = None
        self.runtime = ""
        self.seconds = 0.0

    def fill(self, shards: Shards, progress: Progress) -> None:
        total = shards.shape[0]
        while not shards.joined and (missing := shards.missing()):
            progress(shards.done(), total)
            with shards.take(missing) as number:
                if number is None:
                    # Others are at work on all that is left; the shard of one that dies is free again.
                    time.sleep(_LOOK_AGAIN_S)
                    continue
                self._make_ready()
                started_s = time.monotonic()
                told = functools.partial(_told, progress, shards.done(), total)
                shards.write(number, self._rows(shards.rows(number), told))
                self.seconds += time.monotonic() - started_s
        progress(total, total)

    def _make_ready(self) -> None:
        if self.prefix is not None and self.runner is None:
            sample = runtimes.sample(self.dataset, self.size_px)
            self.runner = runtimes.runner(self.workspace, self.prefix, sample)
        self.runtime = self.runner.name if self.runner else "pixels"

    def _rows(self, numbers: range, told: Callable[[int], None]) -> Iterator[npt.NDArray[Any]]:
        done = 0
        items = [self.dataset.items[number] for number in numbers]
        for pixels in _decoded(self.dataset, items, self.size_px, self.view, self._batch):
            yield self.runner.run(pixels) if self.runner else pixels
            done += len(pixels)
            told(done)

    @property
    def _batch(self) -> int:
        return self.runner.batch if self.runner else BATCH


def _told(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


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
    kind = dtype if prefix_digest else "uint8"
    digest = hashlib.sha256()
    digest.update(json.dumps([CODE_VERSION, prefix_digest, size_px, view.key, kind]).encode())
    for item in items:
        digest.update(item.sha256.encode())
    return digest.hexdigest()[:32]


def _decoded(
    dataset: Dataset, items: Sequence[Item], size_px: int, view: View, batch: int
) -> Iterator[npt.NDArray[np.uint8]]:
    """Batches of pixels. Some dozens of pictures are decoded at a time, on all cores, then computed on all.

    In turns and not at once, which took half as long again on two cores; presumably the threads of a runtime
    wait for one another, so that one which shares its core with a decoder holds up all the others.
    """

    def decode(item: Item) -> npt.NDArray[np.uint8]:
        return view.apply(images.load_rgb(dataset.path(item), size_px), item)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for start in range(0, len(items), DECODED_AT_A_TIME):
            pixels = list(pool.map(decode, items[start : start + DECODED_AT_A_TIME]))
            for first in range(0, len(pixels), batch):
                yield np.stack(pixels[first : first + batch])
