"""What the workspace takes of the disk, by kind, and what of it can go: never anything that is in use.

Nothing is removed that belongs to a run which is under way, pinned or exported.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tlcore import feature_store, held_jobs, overview, run_lock, runs, sizes, thumbnails, trash
from tlcore.errors import RunError, WorkspaceError
from tlcore.overview import Line
from tlcore.runs import Progress, Run, Status
from tlcore.workspace import Workspace, read_json, stamp

KEEP_DAYS = 7


class Kind(StrEnum):
    DATASETS = "datasets"
    FEATURES = "features"
    RUNS = "runs"
    CHECKPOINTS = "checkpoints"
    GRAPHS = "graphs"
    THUMBNAILS = "thumbnails"
    WEIGHTS = "weights"
    BACKBONES = "backbones"
    TRASH = "trash"
    OTHER = "other"


CLEANED = (Kind.FEATURES, Kind.GRAPHS, Kind.THUMBNAILS, Kind.CHECKPOINTS, Kind.TRASH)
"""The kinds that can be cleaned."""


@dataclass(frozen=True)
class Removable:
    kind: Kind
    id: str
    """Of the features or the graph, or of the run; of thumbnails how their names begin."""
    places: tuple[Path, ...]
    size_bytes: int
    used_s: float
    """When it was last of use, in seconds since the epoch."""


def usage(workspace: Workspace) -> dict[Kind, int]:
    """Bytes of each kind. A picture that several datasets share counts once."""
    checkpoints = [*workspace.runs.glob("*/checkpoints")]
    places = {
        Kind.DATASETS: [workspace.datasets],
        Kind.FEATURES: [workspace.features],
        Kind.RUNS: [workspace.runs],
        Kind.CHECKPOINTS: checkpoints,
        Kind.GRAPHS: [workspace.graphs],
        Kind.THUMBNAILS: [workspace.thumbnails],
        Kind.WEIGHTS: [workspace.weights],
        Kind.BACKBONES: [workspace.backbones],
        Kind.TRASH: [workspace.trash],
    }
    named = {place for found in places.values() for place in found}
    everything = workspace.home.iterdir() if workspace.home.is_dir() else []
    places[Kind.OTHER] = [place for place in everything if place not in named]
    found = {kind: sizes.sum_of(of_kind) for kind, of_kind in places.items()}
    return found | {Kind.RUNS: found[Kind.RUNS] - found[Kind.CHECKPOINTS]}


def removable(workspace: Workspace, keep_days: float = KEEP_DAYS) -> list[Removable]:
    """What can go and has been of no use for so many days; within each kind what is longest unused first."""
    limit_s = time.time() - keep_days * trash.DAY_S
    lines = overview.lines(workspace)
    found = [
        *_features(workspace, lines),
        *_graphs(workspace),
        *_thumbnails(workspace, limit_s),
        *_checkpoints(lines),
        *_deleted(workspace),
    ]
    return sorted(
        (one for one in found if one.used_s <= limit_s), key=lambda one: (CLEANED.index(one.kind), one.used_s)
    )


def clean(
    workspace: Workspace, kinds: Collection[Kind] = CLEANED, keep_days: float = KEEP_DAYS
) -> list[Removable]:
    """Remove what ``removable`` tells of these kinds; returns what is gone."""
    return [one for one in removable(workspace, keep_days) if one.kind in kinds and _remove(workspace, one)]


def by_kind(found: Iterable[Removable]) -> dict[Kind, int]:
    """Bytes of each kind that occurs."""
    total: Counter[Kind] = Counter()
    for one in found:
        total[one.kind] += one.size_bytes
    return dict(total)


def _remove(workspace: Workspace, one: Removable) -> bool:
    if one.kind is Kind.FEATURES and feature_store.is_in_use(workspace, one.id):
        return False  # Since we looked.
    if one.kind is Kind.CHECKPOINTS:
        return _remove_checkpoints(workspace, one)
    if one.kind is Kind.THUMBNAILS:
        # Thousands of small files, each whole by itself: nobody can find half of anything.
        return all([thumbnails.forget(place) for place in one.places])
    # All of them, whether or not the first was still there.
    return all([workspace.discard(place) for place in one.places])


def _remove_checkpoints(workspace: Workspace, one: Removable) -> bool:
    try:
        with run_lock.held(workspace, one.id):
            run = runs.load(workspace, one.id)
            # Somebody may have let it train on since we looked.
            if not _is_done_with(run, runs.progress(run, run.events(), alive=True)):
                return False
            return all([workspace.discard(place) for place in one.places])
    except (RunError, WorkspaceError):
        return False


def _is_done_with(run: Run, progress: Progress) -> bool:
    """Whether its checkpoints can go; it cannot be trained on then."""
    return progress.status is Status.DONE and not (run.pinned or run.exported)


def _is_spared(line: Line) -> bool:
    return line.run.pinned or line.run.exported or not line.progress.status.final


def _features(workspace: Workspace, lines: list[Line]) -> Iterator[Removable]:
    spared = {
        key
        for line in lines
        if _is_spared(line)
        for event in line.run.events()
        for key in event.get("keys", ())
    }
    for cache in [*feature_store.all_caches(workspace), *feature_store.unfinished(workspace)]:
        if cache.key not in spared and not feature_store.is_in_use(workspace, cache.key):
            yield Removable(Kind.FEATURES, cache.key, (cache.folder,), cache.size_bytes, cache.used_s)


def _graphs(workspace: Workspace) -> Iterator[Removable]:
    """Those of frozen layers that no run predicts with, the deleted ones included: they may be had back."""
    if held_jobs.all_held(workspace) != {}:
        return  # A job may be about to open one that no run names yet.
    used = {
        _prefix_of(file) for home in (workspace.runs, workspace.trash) for file in home.glob("*/graph.json")
    }
    for file in workspace.graphs.glob("*.tflite"):
        if file.stem not in used:
            places = tuple(place for place in (file, file.with_suffix(".json")) if place.exists())
            yield Removable(Kind.GRAPHS, file.stem, places, sizes.sum_of(places), _changed_s(file))


def _thumbnails(workspace: Workspace, limit_s: float) -> Iterator[Removable]:
    """Those not looked at since, by the folders they lie in: one by one they would be too many to list."""
    for folder in workspace.thumbnails.iterdir() if workspace.thumbnails.is_dir() else []:
        if not folder.is_dir():
            continue
        stamps = {file: found for file in folder.iterdir() if (found := stamp(file))}
        old = {file: found for file, found in stamps.items() if found[0] / 1e9 <= limit_s}
        if old:
            used_s = max(found[0] for found in old.values()) / 1e9
            size = sum(found[1] for found in old.values())
            yield Removable(Kind.THUMBNAILS, folder.name, tuple(old), size, used_s)


def _prefix_of(file: Path) -> str | None:
    try:
        return str(read_json(file)["prefix"])
    except (WorkspaceError, KeyError, TypeError):
        return None


def _checkpoints(lines: list[Line]) -> Iterator[Removable]:
    for line in lines:
        folder = line.run.folder / "checkpoints"
        if _is_done_with(line.run, line.progress) and folder.is_dir():
            used_s = _changed_s(line.run.history_file)
            yield Removable(Kind.CHECKPOINTS, line.run.id, (folder,), sizes.size_of(folder), used_s)


def _changed_s(file: Path) -> float:
    """Now, of one that is gone: somebody was at it."""
    found = stamp(file)
    return found[0] / 1e9 if found else time.time()


def _deleted(workspace: Workspace) -> Iterator[Removable]:
    for one in trash.list_all(workspace):
        yield Removable(Kind.TRASH, one.id, (one.folder,), one.size_bytes, one.deleted_s)
