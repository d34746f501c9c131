"""The caches of features on disk: who uses one, who makes one, and which is removed when room is needed.

Used and made are told by file locks, which end with their process however it ends.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from tlcore.workspace import Workspace, new_id

_LOOK_AGAIN_S = 0.2


@dataclass(frozen=True)
class Cache:
    """One that is complete."""

    key: str
    folder: Path
    size_bytes: int
    used_s: float
    """When it was used last, in seconds since the epoch."""


def all_caches(workspace: Workspace) -> list[Cache]:
    """The complete ones, the least recently used first."""
    found = []
    for folder in workspace.features.iterdir() if workspace.features.is_dir() else []:
        try:
            used_s = (folder / "index.json").stat().st_mtime
            size = sum(file.stat().st_size for file in folder.iterdir())
        except OSError:
            continue  # Not complete, or removed by somebody else while we look.
        found.append(Cache(folder.name, folder, size, used_s))
    return sorted(found, key=lambda cache: cache.used_s)


def use(workspace: Workspace, key: str) -> BaseFileLock:
    """Mark a cache as used, now and as long as the lock that is returned lives."""
    lock = FileLock(_locks(workspace) / f"{key}.{new_id()}.use")
    lock.acquire()
    index = workspace.features / key / "index.json"
    if index.is_file():
        os.utime(index)
    return lock


def done_with(lock: BaseFileLock) -> None:
    """End a use; a process that dies ends its uses too."""
    lock.release()
    Path(lock.lock_file).unlink(missing_ok=True)


@contextmanager
def making(workspace: Workspace, key: str, waiting: Callable[[], None]) -> Iterator[None]:
    """Held by the one who makes a cache. Others wait here, and then find it made.

    ``waiting`` is called again and again meanwhile, and may raise to break off.
    """
    lock = FileLock(_locks(workspace) / f"{key}.make")
    while True:
        try:
            lock.acquire(timeout=0)
            break
        except Timeout:
            waiting()
            time.sleep(_LOOK_AGAIN_S)
    try:
        yield
    finally:
        lock.release()


def make_room(workspace: Workspace, needed_bytes: int, budget_bytes: int) -> list[str]:
    """Remove the least recently used caches until so much more fits the budget; never one in use.

    Returns the keys of those removed.
    """
    caches = all_caches(workspace)
    total = sum(cache.size_bytes for cache in caches)
    removed = []
    for cache in caches:
        if total + needed_bytes <= budget_bytes:
            break
        if not is_in_use(workspace, cache.key) and _remove(workspace, cache):
            removed.append(cache.key)
            total -= cache.size_bytes
    return removed


def is_in_use(workspace: Workspace, key: str) -> bool:
    """Whether a process that lives holds the cache; marks that the dead left are removed."""
    used = False
    for file in _locks(workspace).glob(f"{key}.*.use"):
        lock = FileLock(file)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            used = True
            continue
        file.unlink(missing_ok=True)
        lock.release()
    return used


def _remove(workspace: Workspace, cache: Cache) -> bool:
    with workspace.scratch() as scratch:
        try:
            # Out of the way at once, so that nobody opens half a cache.
            os.rename(cache.folder, Path(scratch) / "removed")
        except OSError:
            return False  # Windows renames nothing that is open.
        shutil.rmtree(Path(scratch) / "removed", ignore_errors=True)
    return True


def _locks(workspace: Workspace) -> Path:
    folder = workspace.home / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
