"""The caches of features on disk: who uses one, who makes one, and which is removed when room is needed.

Used and made are told by file locks, which end with their process however it ends.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from tlcore.workspace import Workspace, new_id

_LOOK_AGAIN_S = 0.2


@dataclass(frozen=True)
class Cache:
    """A folder of features."""

    key: str
    folder: Path
    size_bytes: int
    used_s: float
    """When it was used last, in seconds since the epoch."""


def all_caches(workspace: Workspace) -> list[Cache]:
    """The complete ones, the least recently used first."""
    return _sorted(_look(folder, folder / "index.json") for folder in _folders(workspace))


def unfinished(workspace: Workspace) -> list[Cache]:
    """Caches in the making, and what is left of those whose making was broken off."""
    return _sorted(
        _look(folder, folder) for folder in _folders(workspace) if not (folder / "index.json").exists()
    )


def _folders(workspace: Workspace) -> list[Path]:
    return [*workspace.features.iterdir()] if workspace.features.is_dir() else []


def _look(folder: Path, last_touched: Path) -> Cache | None:
    try:
        used_s = last_touched.stat().st_mtime
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    except OSError:
        return None  # Not complete, or removed by somebody else while we look.
    return Cache(folder.name, folder, size, used_s)


def _sorted(caches: Iterable[Cache | None]) -> list[Cache]:
    return sorted(filter(None, caches), key=lambda cache: cache.used_s)


def use(workspace: Workspace, key: str) -> BaseFileLock:
    """Mark a cache as used, now and as long as the lock that is returned lives."""
    lock = FileLock(locks(workspace) / f"{key}.{new_id()}.use")
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
    lock = FileLock(locks(workspace) / f"{key}.make")
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
    """Remove caches, also unfinished ones, the least recently used first, until so much more fits the budget.

    Never one in use. Returns the keys of those removed.
    """
    caches = _sorted([*all_caches(workspace), *unfinished(workspace)])
    total = sum(cache.size_bytes for cache in caches)
    removed = []
    for cache in caches:
        if total + needed_bytes <= budget_bytes:
            break
        if remove(workspace, cache):
            removed.append(cache.key)
            total -= cache.size_bytes
    return removed


def remove(workspace: Workspace, cache: Cache) -> bool:
    """Remove a cache; False, and it stays, where it is in use."""
    return not is_in_use(workspace, cache.key) and workspace.discard(cache.folder)


def is_in_use(workspace: Workspace, key: str) -> bool:
    """Whether a process that lives holds the cache; marks that the dead left are removed."""
    used = False
    for file in locks(workspace).glob(f"{key}.*.use"):
        lock = FileLock(file)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            used = True
            continue
        file.unlink(missing_ok=True)
        lock.release()
    return used


def locks(workspace: Workspace) -> Path:
    """Where the locks lie: whoever holds one is told by its name."""
    return workspace.locks
