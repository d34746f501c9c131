"""A cache of features in the making: shards that several workers take, each kept as soon as it is whole.

    features/<key>/shards/00003.npy     complete and on the disk, or not there
    features/<key>/features.npy         all of them in order, once there are all
    features/<key>/index.json           written last: without it nothing of the folder is read as a cache

Who works on a shard is told by a file lock, which ends with its process however it ends: a worker that is
killed loses its one shard, and whoever comes next goes on with the others.
"""

import contextlib
import math
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from tlcore import feature_store
from tlcore.workspace import Workspace, sync_folder, write_json

# Small enough that little is lost, large enough that keeping one costs nothing against computing it.
MOST_ROWS = 256
MOST_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Shards:
    """Of one cache: ``shape`` is (pictures, *feature shape)."""

    workspace: Workspace
    folder: Path
    shape: tuple[int, ...]
    kind: "np.dtype[Any]"

    @property
    def count(self) -> int:
        return -(-self.shape[0] // self._rows)

    def rows(self, number: int) -> range:
        """The pictures of a shard, by number."""
        return range(number * self._rows, min((number + 1) * self._rows, self.shape[0]))

    @property
    def size_bytes(self) -> int:
        return math.prod(self.shape) * self.kind.itemsize

    @property
    def joined(self) -> bool:
        """Whether the cache is complete."""
        return (self.folder / "index.json").is_file()

    def missing(self) -> list[int]:
        return [number for number in range(self.count) if not self._file(number).is_file()]

    def done(self) -> int:
        """How many pictures are in shards that are there."""
        return self.shape[0] - sum(len(self.rows(number)) for number in self.missing())

    @contextmanager
    def take(self, numbers: Iterable[int]) -> Iterator[int | None]:
        """The first of these shards that nobody works on and that is still missing; None where there is none.

        It is ours as long as the context lasts.
        """
        for number in numbers:
            lock = FileLock(self._lock(number))
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            try:
                # In this order: the shards of a cache go when its index is there.
                if not self._file(number).is_file() and not self.joined:
                    yield number
                    return
            finally:
                lock.release()
        yield None

    def write(self, number: int, batches: Iterable[npt.NDArray[Any]]) -> None:
        """Keep a shard, given in batches of rows; it is there whole or not at all."""
        self._write(self._file(number), len(self.rows(number)), batches)

    def join(self, index: dict[str, Any]) -> None:
        """Make the cache of all shards, unless somebody else just did. They must all be there."""
        with feature_store.making(self.workspace, self.folder.name, lambda: None):
            if not self.joined:
                parts = (np.load(self._file(number), mmap_mode="r") for number in range(self.count))
                self._write(self.folder / "features.npy", self.shape[0], parts)
                write_json(self.folder / "index.json", index)
        shutil.rmtree(self.folder / "shards", ignore_errors=True)
        for number in range(self.count):
            # Whoever holds one yet finds that there is an index. Windows removes none that is held.
            with contextlib.suppress(OSError):
                self._lock(number).unlink(missing_ok=True)

    def _write(self, file: Path, rows: int, batches: Iterable[npt.NDArray[Any]]) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}.part")
        header = {"descr": self.kind.str, "fortran_order": False, "shape": (rows, *self.shape[1:])}
        # Written, not memory-mapped: on a full disk a write is an error, but a mapped page kills the process.
        try:
            with open(part, "wb") as handle:
                np.lib.format.write_array_header_1_0(handle, header)
                for batch in batches:
                    handle.write(np.ascontiguousarray(batch, self.kind).data)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(part, file)
            sync_folder(file.parent)
        finally:
            part.unlink(missing_ok=True)

    @property
    def _rows(self) -> int:
        row_bytes = math.prod(self.shape[1:]) * self.kind.itemsize
        return max(1, min(MOST_ROWS, MOST_BYTES // max(row_bytes, 1)))

    def _file(self, number: int) -> Path:
        return self.folder / "shards" / f"{number:05d}.npy"

    def _lock(self, number: int) -> Path:
        return feature_store.locks(self.workspace) / f"{self.folder.name}.{number:05d}.shard"
