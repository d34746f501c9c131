"""Computing the shards of a cache of features, by the run that needs them and by idle workers that help it.

A helper takes shards as any other process that needs them would; nothing is lost when it is killed. It needs
the pictures and the converted graph, not Keras: its memory is that of a graph, not of a second training.
"""

import functools
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore import datasets, feature_store, helping, images, known_rows, runtimes, words
from tlcore.datasets import Dataset, Item
from tlcore.helping import Dismissed
from tlcore.known_rows import KnownRows
from tlcore.models import Prefix
from tlcore.runtimes import Runner
from tlcore.shards import Shards
from tlcore.views import View
from tlcore.workspace import Workspace

log = logging.getLogger(__name__)

BATCH = 32
DECODED_AT_A_TIME = 64
_LOOK_AGAIN_S = 0.2

# What takes no longer is done before a helper has opened its graph and its first pictures.
HELP_FROM_S = 5.0
# A helper that hangs holds its shard: after this, and after the time of some shards, it is wanted back.
PATIENCE_S = 20.0
PATIENCE_SHARDS = 5

Progress = Callable[[int, int], None]


class Dismissal(Exception):
    """A helper is to leave its shard as it is."""


@dataclass(frozen=True)
class Source:
    """What makes a picture's row of its pixels."""

    digest: str | None
    """Of the prefix; None where the pixels themselves are the rows."""
    shape: tuple[int, ...]
    """Of one row."""
    open_runner: Callable[[], Runner | None]
    """Called for the first picture; None keeps the pixels."""


class Maker:
    """Computes the shards of a cache that nobody else computes, until there are all."""

    def __init__(
        self,
        workspace: Workspace,
        dataset: Dataset,
        size_px: int,
        view: View,
        source: Source,
        made_by: str,
        known: KnownRows,
    ) -> None:
        """``known``: rows that are copied and not computed, of caches that tell the same ``made_by``."""
        self._workspace, self._dataset, self._size_px, self._view = workspace, dataset, size_px, view
        self._source = source
        self._made_by, self._known = made_by, known
        self._runner: Runner | None = None
        self._has_called = False
        self.runtime = ""
        """What computed; empty where nothing was left to compute."""
        self.seconds = 0.0
        """What computing took."""
        self.pictures = 0
        """How many were computed here."""

    def fill(self, shards: Shards, progress: Progress) -> None:
        total = shards.shape[0]
        waited_since_s: float | None = None
        while not shards.joined and (missing := shards.missing()):
            progress(shards.done(), total)
            if self._make_one(shards, missing, progress):
                waited_since_s = None
                continue
            # Others are at work on all that is left; the shard of one that dies is free again.
            now_s = time.monotonic()
            waited_since_s = waited_since_s or now_s
            if now_s - waited_since_s > max(PATIENCE_S, PATIENCE_SHARDS * self._shard_s(shards)):
                helping.enough()
                waited_since_s = now_s
            time.sleep(_LOOK_AGAIN_S)
        if self._has_called:
            helping.enough()
        progress(total, total)

    def help(self, shards: Shards, dismissed: Dismissed) -> int:
        """Make shards as long as there is one that nobody works on; how many."""

        def look(done: int, total: int) -> None:
            if dismissed():
                raise Dismissal

        made = 0
        try:
            look(0, 0)
            while not shards.joined and self._make_one(shards, shards.missing(), look):
                made += 1
        except Dismissal:
            log.info("A helper leaves: its worker is wanted.")
        return made

    def _make_one(self, shards: Shards, missing: Sequence[int], progress: Progress) -> bool:
        """The first of these that is free; False where none is."""
        with shards.take(missing) as number:
            if number is None:
                return False
            items = [self._dataset.items[row] for row in shards.rows(number)]
            new = [item for item in items if item not in self._known]
            if new:
                self._make_ready()
            started_s = time.monotonic()
            told = functools.partial(self._told, shards, progress, shards.done(), started_s)
            computed = self._computed(new, len(items) - len(new), told)
            shards.write(number, computed if new == items else self._merged(items, computed))
            self.seconds += time.monotonic() - started_s
            self.pictures += len(new)
            return True

    def _make_ready(self) -> None:
        if self.runtime:
            return
        self._runner = self._source.open_runner()
        self.runtime = self._runner.name if self._runner else "pixels"

    def _merged(
        self, items: Sequence[Item], computed: Iterator[npt.NDArray[Any]]
    ) -> Iterator[npt.NDArray[Any]]:
        """The rows of all these pictures, one by one; ``computed`` has those that are not known, in order."""
        new = (row for batch in computed for row in batch)
        for item in items:
            yield (self._known[item] if item in self._known else next(new))[None]

    def _computed(
        self, items: Sequence[Item], known: int, told: Callable[[int], None]
    ) -> Iterator[npt.NDArray[Any]]:
        """``known``: how many of the shard's pictures are copied; they count as done."""
        done = known
        batch = self._runner.batch if self._runner else BATCH
        for pixels in _decoded(self._dataset, items, self._size_px, self._view, batch):
            yield self._runner.run(pixels) if self._runner else pixels
            done += len(pixels)
            told(done)

    def _told(self, shards: Shards, progress: Progress, before: int, started_s: float, done: int) -> None:
        total = shards.shape[0]
        progress(before + done, total)
        left_s = (total - before - done) * (time.monotonic() - started_s) / done
        if not self._has_called and left_s > HELP_FROM_S and len(shards.missing()) > 1:
            self._call_for_help(shards)

    def _call_for_help(self, shards: Shards) -> None:
        self._has_called = True
        # A helper has no Keras to run what LiteRT cannot.
        if self.runtime in ("litert", "pixels"):
            helping.call(
                help_job,
                str(self._workspace.home),
                self._dataset.id,
                shards.folder.name,
                shards.shape,
                shards.kind.str,
                self._size_px,
                self._view,
                self._source.digest,
                self._made_by,
            )

    def _shard_s(self, shards: Shards) -> float:
        """What one took here; 0 where none was made."""
        return self.seconds / self.pictures * len(shards.rows(0)) if self.pictures else 0.0


def of_prefix(workspace: Workspace, dataset: Dataset, prefix: Prefix | None, size_px: int) -> Source:
    """For a process that has Keras; a prefix of None keeps the pixels themselves."""
    if prefix is None:
        return Source(None, (size_px, size_px, 3), lambda: None)
    shape = tuple(prefix.model.output_shape[1:])
    return Source(
        prefix.digest,
        shape,
        lambda: runtimes.runner(workspace, prefix, runtimes.sample(dataset, size_px), len(dataset.items)),
    )


def of_graph(workspace: Workspace, digest: str, size_px: int) -> Source | None:
    """For a process without Keras, by the graph that was converted before; None where there is none."""
    runner = runtimes.kept_runner(workspace, digest)
    if runner is None:
        return None
    shape = runner.run(np.zeros((1, size_px, size_px, 3), np.uint8)).shape[1:]
    return Source(digest, shape, lambda: runner)


def help_job(
    home: str,
    dataset_id: str,
    key: str,
    shape: tuple[int, ...],
    kind: str,
    size_px: int,
    view: View,
    digest: str | None,
    made_by: str,
    dismissed: Dismissed,
) -> None:
    """What an idle worker does for a run that prepares features: the shards that nobody works on."""
    workspace = Workspace(Path(home))
    runner = runtimes.kept_runner(workspace, digest) if digest is not None else None
    if digest is not None and runner is None:
        log.info("The graph of the features is not here any more; a helper can do nothing.")
        return
    # Whoever called holds it too, but may die.
    use = feature_store.use(workspace, key)
    try:
        dataset = datasets.load(workspace, dataset_id)
        with known_rows.held(workspace, made_by, dataset.items) as known:
            source = Source(digest, shape[1:], lambda: runner)
            maker = Maker(workspace, dataset, size_px, view, source, made_by, known)
            made = maker.help(Shards(workspace, workspace.features / key, shape, np.dtype(kind)), dismissed)
        log.info("A helper has made %d shards of the features %s.", made, key)
    finally:
        feature_store.done_with(use)


def _decoded(
    dataset: Dataset, items: Sequence[Item], size_px: int, view: View, batch: int
) -> Iterator[npt.NDArray[np.uint8]]:
    """Batches of pixels. Some dozens of pictures are decoded at a time, on all cores, then computed on all.

    In turns and not at once, which took half as long again on two cores; presumably the threads of a runtime
    wait for one another, so that one which shares its core with a decoder holds up all the others.
    """

    language = words.language()

    def decode(item: Item) -> npt.NDArray[np.uint8]:
        with words.speaking(language):
            return view.apply(images.load_rgb(dataset.path(item), size_px, view.fit), item)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for start in range(0, len(items), DECODED_AT_A_TIME):
            pixels = list(pool.map(decode, items[start : start + DECODED_AT_A_TIME]))
            for first in range(0, len(pixels), batch):
                yield np.stack(pixels[first : first + batch])
