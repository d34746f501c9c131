"""The health's features without Keras, by the graph that a training left, in a process beside the workers."""

import dataclasses
import subprocess
import sys
from contextlib import nullcontext

import numpy as np
import pytest

from tests import engines, pictures
from tests.conftest import ROOT
from tlcore import features, health, images, known_rows, own_process, plans, prefixes
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import Priority
from tlcore.health import by_graph
from tlcore.known_rows import KnownRows
from tlcore.runs import Run
from tlcore.workspace import Workspace

REPORT = """
import sys
from pathlib import Path
from tlcore import datasets, health, own_process
from tlcore.workspace import Workspace
own_process.begin()
workspace = Workspace(Path(sys.argv[1]))
report = health.make(workspace, datasets.load(workspace, sys.argv[2]))
print(report.reused, sorted({"keras", "tensorflow"} & set(sys.modules)))
"""


def test_without_a_graph_a_worker_is_needed(workspace: Workspace, few: Dataset) -> None:
    assert not by_graph.is_enough(workspace, few)
    assert by_graph.rows(workspace, few, lambda *done: None) is None


def test_the_graph_gives_what_a_training_found(
    shared_workspace: Workspace, few: Dataset, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert by_graph.is_enough(shared_workspace, few)
    assert by_graph.rows(shared_workspace, few, lambda *done: None) is None, "a worker has Keras"
    monkeypatch.setattr(own_process, "_one_job", True)
    # The same pictures in another order are another cache: its rows are computed, not found.
    turned = dataclasses.replace(few, items=few.items[::-1])
    monkeypatch.setattr(known_rows, "held", lambda *given: nullcontext(KnownRows()))
    seen: list[tuple[int, int]] = []
    rows = by_graph.rows(shared_workspace, turned, lambda *done: seen.append(done))
    assert rows is not None
    assert seen[-1] == (len(few.items), len(few.items))
    plan = plans.make(Recipe(), classes=2, workspace=shared_workspace)
    digest = prefixes.known_digest(plan, 0, shared_workspace.weights)
    assert digest is not None
    kept = features.find(shared_workspace, few.items, digest, plan.image_size_px)
    assert kept is not None
    assert np.abs(rows[::-1] - kept.array).max() < 1e-4


def test_pictures_that_were_seen_before_are_not_looked_at_again(
    shared_workspace: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_process, "_one_job", True)

    def drawn(each: int) -> dict[str, bytes]:
        return {
            f"{name}/{number}.png": pictures.png(seed + number)
            for name, seed in (("bowls", 5000), ("jugs", 6000))
            for number in range(each)
        }

    before = pictures.taken(shared_workspace, drawn(4))
    assert by_graph.rows(shared_workspace, before, lambda *done: None) is not None
    looked_at = []
    load = images.load_rgb
    monkeypatch.setattr(images, "load_rgb", lambda path, *how: looked_at.append(path) or load(path, *how))
    grown = pictures.taken(shared_workspace, drawn(6))
    rows = by_graph.rows(shared_workspace, grown, lambda *done: None)
    assert rows is not None
    assert len(rows) == 12
    assert len(looked_at) == 4


def test_it_does_not_wait_for_a_worker_and_loads_no_tensorflow(
    shared_workspace: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = pictures.taken(shared_workspace, pictures.classes("cups", "mugs"))
    crew = engines.put_in_place(monkeypatch)
    health.start(shared_workspace, other)
    assert crew.priorities == [Priority.LIGHT]
    command = [sys.executable, "-c", REPORT, str(shared_workspace.home), other.id]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        told = process.stdout.read()
        # Its own end, while the pipe to it is still open.
        assert process.wait(60) == 0
    assert told.strip() == "False []"
    assert health.look(shared_workspace, other.id).is_there
