"""The frozen prefix run once, its output kept on disk and memory-mapped.

A cache is named by everything its content depends on. It is made aside and renamed into place when it is
complete and on the disk, so a half-written one is never read.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore import augmentation, images
from tlcore.config import Augmentation
from tlcore.datasets import Dataset, Item
from tlcore.errors import WorkspaceError
from tlcore.models import Prefix
from tlcore.workspace import Workspace, sync_folder, write_json

# Part of every key: raise it when the same inputs would give other numbers.
CODE_VERSION = 2
BATCH = 32

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


def prepare(
    workspace: Workspace,
    dataset: Dataset,
    prefix: Prefix | None,
    size_px: int,
    view: View = View(),
    progress: Progress = lambda done, total: None,
) -> Features:
    """The prefix's output for every picture of the dataset, from the cache or computed now.

    ``prefix`` None keeps the pixels themselves, uint8; else the features are float32.
    ``progress`` is called with (pictures done, pictures in all) and may raise to break off.
    Raises WorkspaceError when the cache cannot be written.
    """
    key = features_key(dataset.items, prefix, size_px, view)
    folder = workspace.features / key
    if (found := _cached(folder)) is not None:
        return Features(key, found, reused=True)
    try:
        with workspace.scratch() as scratch:
            made = Path(scratch) / key
            made.mkdir()
            _compute(made / "features.npy", dataset, prefix, size_px, view, progress)
            write_json(
                made / "index.json",
                {"images": len(dataset.items), "size_px": size_px, "view": view.key, "code": CODE_VERSION},
            )
            _publish(made, folder)
    except OSError as error:
        raise WorkspaceError(
            f"The features could not be kept ({error.strerror}). Free some space."
        ) from error
    return Features(key, np.load(folder / "features.npy", mmap_mode="r"), reused=False)


def _cached(folder: Path) -> npt.NDArray[Any] | None:
    """A complete cache's array; None where there is none, or none that can be read."""
    if not (folder / "index.json").is_file():
        return None
    try:
        return np.load(folder / "features.npy", mmap_mode="r")  # type: ignore[no-any-return]
    except (OSError, ValueError):
        return None


def features_key(items: Sequence[Item], prefix: Prefix | None, size_px: int, view: View) -> str:
    """Names a cache by its pictures in order, the prefix, size, view and the code that made it."""
    digest = hashlib.sha256()
    digest.update(json.dumps([CODE_VERSION, prefix and prefix.digest, size_px, view.key]).encode())
    for item in items:
        digest.update(item.sha256.encode())
    return digest.hexdigest()[:32]


def _compute(
    file: Path, dataset: Dataset, prefix: Prefix | None, size_px: int, view: View, progress: Progress
) -> None:
    total, done = len(dataset.items), 0
    shape = tuple(prefix.model.output_shape[1:]) if prefix is not None else (size_px, size_px, 3)
    kind = np.dtype(np.float32 if prefix is not None else np.uint8)
    header = {"descr": kind.str, "fortran_order": False, "shape": (total, *shape)}
    # Written, not memory-mapped: on a full disk a write is an error, but a mapped page kills the process.
    with open(file, "wb") as handle:
        np.lib.format.write_array_header_1_0(handle, header)
        for pixels in _decoded(dataset, size_px, view):
            rows = run_prefix(prefix.model, pixels) if prefix is not None else pixels
            handle.write(np.ascontiguousarray(rows, kind).data)
            done += len(rows)
            progress(done, total)
        handle.flush()
        os.fsync(handle.fileno())


def run_prefix(model: Any, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    # The last batch is filled up: another shape would make TensorFlow trace the graph again.
    missing = BATCH - len(pixels)
    full = np.pad(pixels, ((0, missing), (0, 0), (0, 0), (0, 0))) if missing else pixels
    rows: npt.NDArray[np.float32] = model.predict_on_batch(full.astype(np.float32))
    return rows[: len(pixels)]


def _decoded(dataset: Dataset, size_px: int, view: View) -> Any:
    """Batches of pixels; the next ones are decoded on other threads while one is computed."""

    def decode(item: Item) -> npt.NDArray[np.uint8]:
        return view.apply(images.load_rgb(dataset.path(item), size_px), item)

    items = iter(dataset.items)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        ahead = [pool.submit(decode, item) for item in islice(items, 2 * BATCH)]
        while ahead:
            batch, ahead = ahead[:BATCH], ahead[BATCH:]
            yield np.stack([task.result() for task in batch])
            ahead += [pool.submit(decode, item) for item in islice(items, BATCH)]


def _publish(made: Path, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    if _cached(folder) is not None:
        return  # Another worker was first; its cache may already be in use.
    # What cannot be read is not a cache; an earlier version of Thaw may have left it.
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(made, folder)
    sync_folder(folder.parent)
