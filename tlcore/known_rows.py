"""Rows of features that other caches hold already: a dataset that grew needs no more than its new pictures.

The features of a picture do not depend on the pictures beside it. A cache's index names what made it and its
pictures, so rows are found by content: for another version, and for a folder that is taken in once more.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore import feature_store
from tlcore.datasets import Item
from tlcore.errors import WorkspaceError
from tlcore.workspace import Workspace, read_json

Rows = npt.NDArray[Any]


def index(made_by: str, items: Sequence[Item]) -> dict[str, Any]:
    """What a cache's index has to say for its rows to be found again.

    ``made_by`` tells all that its numbers depend on, but for the pictures.
    """
    return {"made_by": made_by, "pictures": [item.sha256 for item in items]}


class KnownRows:
    """Rows by picture, in memory-mapped caches."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[Rows, int]] = {}

    def __contains__(self, item: Item) -> bool:
        return item.sha256 in self._places

    def __getitem__(self, item: Item) -> Rows:
        array, row = self._places[item.sha256]
        return array[row]  # type: ignore[no-any-return]

    def take_in(self, wanted: set[str], pictures: Sequence[str], array: Rows) -> None:
        for row, sha256 in enumerate(pictures):
            if sha256 in wanted:
                self._places[sha256] = (array, row)
                wanted.remove(sha256)


@contextmanager
def held(workspace: Workspace, made_by: str, items: Sequence[Item]) -> Iterator[KnownRows]:
    """What is known of these pictures; meanwhile the caches that it lies in are not removed."""
    wanted = {item.sha256 for item in items}
    known, uses = KnownRows(), []
    try:
        for cache in reversed(feature_store.all_caches(workspace)):
            if not wanted:
                break
            pictures = _pictures(cache.folder, made_by)
            if wanted.isdisjoint(pictures):
                continue
            uses.append(feature_store.use(workspace, cache.key))
            array = _array(cache.folder)
            if array is not None and len(array) == len(pictures):
                known.take_in(wanted, pictures, array)
        yield known
    finally:
        for use in uses:
            feature_store.done_with(use)


def _pictures(folder: Path, made_by: str) -> list[str]:
    """Those of a cache that was made in this way; none for another, or one that does not say."""
    try:
        said = read_json(folder / "index.json")
    except WorkspaceError:
        return []  # Damaged, or removed by somebody else while we look.
    return list(said["pictures"]) if said.get("made_by") == made_by else []


def _array(folder: Path) -> Rows | None:
    try:
        return np.load(folder / "features.npy", mmap_mode="r")  # type: ignore[no-any-return]
    except (OSError, ValueError):
        return None
