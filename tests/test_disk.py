"""What takes room and what can go: with a stand-in for the engine, and files without meaning."""

import os
import time
from pathlib import Path

import pytest

from tests import engines
from tests.engines import FakeEngine
from tlcore import about, disk, feature_store, runs, thumbnails, trash
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.disk import CLEANED, Kind
from tlcore.engine import JobState
from tlcore.runs import Run
from tlcore.workspace import Workspace, write_json

DAY_S = 86_400


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


def features(workspace: Workspace, key: str, days: float = 30, size_bytes: int = 100) -> None:
    folder = workspace.features / key
    folder.mkdir(parents=True)
    (folder / "features.npy").write_bytes(bytes(size_bytes))
    (folder / "index.json").write_text("")
    aged(folder / "index.json", days)


def graph(workspace: Workspace, name: str, days: float = 30) -> None:
    workspace.graphs.mkdir(parents=True, exist_ok=True)
    for suffix in ("tflite", "json"):
        (workspace.graphs / f"{name}.{suffix}").write_bytes(bytes(50))
        aged(workspace.graphs / f"{name}.{suffix}", days)


def thumbnail(workspace: Workspace, name: str, days: float = 30) -> Path:
    file = workspace.thumbnails / name[:2] / f"{name}.jpg"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(bytes(10))
    aged(file, days)
    return file


def aged(file: Path, days: float) -> None:
    then_s = time.time() - days * DAY_S
    os.utime(file, (then_s, then_s))


def made(workspace: Workspace, few: Dataset, *events: str, keys: tuple[str, ...] = ()) -> Run:
    """A run with a checkpoint, thirty days old."""
    run = runs.create(workspace, Recipe(), few)
    if keys:
        run.record("features_ready", phase=0, keys=list(keys))
    for event in events:
        run.record(event, val_accuracy=1.0, seconds={}, message="")
    (run.folder / "checkpoints" / "1").mkdir(parents=True)
    (run.folder / "checkpoints" / "1" / "weights.npz").write_bytes(bytes(1000))
    aged(run.history_file, 30)
    return run


def removable(workspace: Workspace, kind: Kind, keep_days: float = disk.KEEP_DAYS) -> list[str]:
    return [one.id for one in disk.removable(workspace, keep_days) if one.kind is kind]


def test_an_empty_workspace_takes_nothing(workspace: Workspace, crew: FakeEngine) -> None:
    assert disk.usage(workspace) == dict.fromkeys(Kind, 0)
    assert disk.removable(workspace) == []


def test_bytes_are_told_by_kind(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    run = made(workspace, few, "done")
    features(workspace, "a")
    graph(workspace, "g")
    for folder, size_bytes in ((workspace.weights, 7), (workspace.backbones, 8), (workspace.recipes, 9)):
        folder.mkdir()
        (folder / "file").write_bytes(bytes(size_bytes))
    records = sum(file.stat().st_size for file in run.folder.iterdir() if file.is_file())
    assert disk.usage(workspace) == {
        Kind.DATASETS: 0,
        Kind.FEATURES: 100,
        Kind.RUNS: records,
        Kind.CHECKPOINTS: 1000,
        Kind.GRAPHS: 100,
        Kind.THUMBNAILS: 0,
        Kind.WEIGHTS: 7,
        Kind.BACKBONES: 8,
        Kind.TRASH: 0,
        Kind.OTHER: 9,
    }
    trash.delete(workspace, run)
    used = disk.usage(workspace)
    assert (used[Kind.RUNS], used[Kind.CHECKPOINTS]) == (0, 0)
    assert used[Kind.TRASH] > records + 1000


def test_features_that_were_not_used_lately_can_go(workspace: Workspace, crew: FakeEngine) -> None:
    for key, days in (("old", 20), ("older", 40), ("new", 1), ("held", 30)):
        features(workspace, key, days)
    lock = feature_store.use(workspace, "held")
    aged(workspace.features / "held" / "index.json", 30)
    assert removable(workspace, Kind.FEATURES) == ["older", "old"]
    assert removable(workspace, Kind.FEATURES, 0) == ["older", "old", "new"]
    assert [one.id for one in disk.clean(workspace)] == ["older", "old"]
    assert sorted(folder.name for folder in workspace.features.iterdir()) == ["held", "new"]
    feature_store.done_with(lock)
    assert [one.id for one in disk.clean(workspace)] == ["held"]


def test_features_taken_into_use_since_we_looked_stay(
    workspace: Workspace, crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    features(workspace, "a")
    found = disk.removable(workspace)
    lock = feature_store.use(workspace, "a")
    monkeypatch.setattr(disk, "removable", lambda *_: found)
    assert disk.clean(workspace) == []
    assert (workspace.features / "a" / "features.npy").is_file()
    feature_store.done_with(lock)


def test_what_belongs_to_a_spared_run_stays(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    """FAULTS 50: never of running, exported or pinned runs."""
    spared = {name: made(workspace, few, "done", keys=(name,)) for name in ("pinned", "exported")}
    spared["running"] = made(workspace, few, "preparing", keys=("running",))
    crew.queue = {spared["running"].job_key: JobState.RUNNING}
    about.pin(spared["pinned"].folder)
    about.mark_exported(spared["exported"].folder)
    plain = made(workspace, few, "done", keys=("plain",))
    for key in (*spared, "plain"):
        features(workspace, key)
    gone = disk.clean(workspace, keep_days=0)
    assert {(one.kind, one.id) for one in gone} == {(Kind.FEATURES, "plain"), (Kind.CHECKPOINTS, plain.id)}
    assert all((run.folder / "checkpoints" / "1" / "weights.npz").is_file() for run in spared.values())
    assert sorted(folder.name for folder in workspace.features.iterdir()) == sorted(spared)
    assert len(runs.list_all(workspace)) == 4


def test_checkpoints_of_a_run_that_trains_on_since_we_looked_stay(
    workspace: Workspace, few: Dataset, crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made(workspace, few, "done")
    found = disk.removable(workspace)
    run.record("queued")
    run.record("extended", epochs=2)
    monkeypatch.setattr(disk, "removable", lambda *_: found)
    assert disk.clean(workspace) == []
    assert (run.folder / "checkpoints" / "1" / "weights.npz").is_file()


@pytest.mark.parametrize("last", ["stopped", "failed", "interrupted", "preparing"])
def test_a_run_that_can_be_resumed_keeps_its_checkpoints(
    workspace: Workspace, few: Dataset, crew: FakeEngine, last: str
) -> None:
    made(workspace, few, last)
    assert removable(workspace, Kind.CHECKPOINTS, 0) == []


def test_graphs_that_no_run_uses_can_go(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    for name in ("used", "in_the_trash", "unused"):
        graph(workspace, name)
    graph(workspace, "new", days=1)
    run, deleted = made(workspace, few, "done"), made(workspace, few, "done")
    write_json(run.folder / "graph.json", {"prefix": "used"})
    write_json(deleted.folder / "graph.json", {"prefix": "in_the_trash"})
    trash.delete(workspace, deleted)
    assert removable(workspace, Kind.GRAPHS) == ["unused"]
    disk.clean(workspace, [Kind.GRAPHS])
    assert sorted(file.name for file in workspace.graphs.iterdir()) == [
        f"{name}.{suffix}" for name in ("in_the_trash", "new", "used") for suffix in ("json", "tflite")
    ]


def test_thumbnails_that_nobody_looked_at_can_go(
    workspace: Workspace, few: Dataset, crew: FakeEngine
) -> None:
    names = ("ab1-64", "ab2-64", "cd1-64")
    old = [thumbnail(workspace, name) for name in names]
    fresh = thumbnail(workspace, "ab3-64", days=1)
    picture = few.path(few.items[0])
    seen = thumbnail(workspace, f"{picture.stem}-64")
    assert thumbnails.of(workspace, picture, 64) == bytes(10), "kept as it is"
    found = [one for one in disk.removable(workspace) if one.kind is Kind.THUMBNAILS]
    assert sorted((one.id, one.size_bytes) for one in found) == [("ab", 20), ("cd", 10)]
    disk.clean(workspace, [Kind.THUMBNAILS])
    assert [file.exists() for file in (*old, fresh, seen)] == [False, False, False, True, True]


@pytest.mark.parametrize("silent", [True, False])
def test_while_the_engine_works_no_graph_goes(workspace: Workspace, crew: FakeEngine, silent: bool) -> None:
    graph(workspace, "unused")
    crew.silent, crew.queue = silent, {"own-1": JobState.RUNNING}
    assert removable(workspace, Kind.GRAPHS) == []


def test_only_the_kinds_that_are_asked_for_go(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    run = made(workspace, few, "done")
    features(workspace, "a")
    graph(workspace, "g")
    thumbnail(workspace, "ab1-64")
    trash.delete(workspace, made(workspace, few, "done"))
    assert {one.kind for one in disk.removable(workspace, 0)} == set(CLEANED)
    (one,) = disk.clean(workspace, [Kind.CHECKPOINTS], 0)
    assert (one.id, one.size_bytes) == (run.id, 1000)
    assert [found.kind for found in disk.clean(workspace)] == [Kind.FEATURES, Kind.GRAPHS, Kind.THUMBNAILS]
    assert disk.by_kind(disk.clean(workspace, keep_days=0)).keys() == {Kind.TRASH}
    assert disk.removable(workspace, 0) == []
