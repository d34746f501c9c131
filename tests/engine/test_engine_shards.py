"""Two workers make the features of one run, and the run is what it would have been with one."""

import os
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from conftest import wait_until

from tests import resuming
from tlcore import engine, evaluation, jobs, runtimes, training
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace

END_S = 120


@pytest.fixture
def with_pictures(workspace: Workspace, shared_workspace: Workspace, few: Dataset) -> Workspace:
    workspace.home.mkdir(parents=True, exist_ok=True)
    shutil.copytree(shared_workspace.datasets, workspace.datasets)
    return workspace


def made_by(notes: Path) -> list[Counter[str]]:
    """For each cache how many shards the run and its helpers have made."""
    made: dict[str, Counter[str]] = defaultdict(Counter)
    for line in notes.read_text().splitlines():
        who, key, _ = line.split()
        made[key][who] += 1
    return [*made.values()]


def features_of(workspace: Workspace) -> list[np.ndarray]:
    """All that are kept, which are removed."""
    files = sorted(workspace.features.glob("*/features.npy"))
    found = [np.load(file) for file in files]
    shutil.rmtree(workspace.features)
    return found


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_workers_share_the_features_of_a_run(
    with_pictures: Workspace, few: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, notes = with_pictures, tmp_path / "notes"
    notes.touch()
    name = resuming.backbone(workspace, tmp_path)
    recipe = resuming.recipe(name, phases=[{"epochs": 2}], augmentation={"flip": "horizontal", "views": 2})
    monkeypatch.setattr(runtimes, "convert", lambda *args: None)
    alone = resuming.new(workspace, few, recipe)
    training.train(workspace, alone)
    expected = features_of(workspace)
    assert [len(one) for one in expected] == [len(few.items)] * 2

    monkeypatch.setenv("THAW_WORKERS", "2")
    monkeypatch.setenv("THAW_ENGINE_PRELOAD", "engine_shards")
    monkeypatch.setenv("ENGINE_SHARDS_NOTES", str(notes))
    crew = engine.start_or_find(workspace)
    before = {worker.pid for worker in crew.status().workers}
    run = jobs.start(workspace, recipe, few)
    wait_until(lambda: jobs.progress(workspace, run).status.final, END_S)
    assert run.events()[-1]["event"] == "done", run.events()[-1]
    shards = -(-len(few.items) // 4)
    first, second = made_by(notes)
    assert (first["run"] + first["helper"], min(first.values()) > 0) == (shards, True)
    # A helper that is killed in the middle of a shard loses that one, which the run makes itself.
    assert second == {"run": shards, "killed": 1}
    wait_until(lambda: len({worker.pid for worker in crew.status().workers} - before) == 1)
    # Bit for bit.
    features = features_of(workspace)
    assert all(np.array_equal(one, two) for one, two in zip(features, expected, strict=True))
    assert resuming.lines(run) == resuming.lines(alone)
    assert evaluation.load(run) == evaluation.load(alone)
    assert [*(workspace.home / "locks").glob("*.shard")] == []
