"""How long a run takes for a picture: asked for once, measured, and kept as long as its model."""

import os

import pytest

from tests import engines
from tests.judged_runs import judged
from tlcore import speed
from tlcore.datasets import Dataset
from tlcore.engine import Priority
from tlcore.errors import RunError
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def forgotten(trained: Run) -> Run:
    (trained.folder / "speed.json").unlink(missing_ok=True)
    return trained


def test_a_run_is_measured_and_measured_anew_after_it_was_trained_on(
    shared_workspace: Workspace, forgotten: Run
) -> None:
    run = forgotten
    assert speed.can_be_measured(shared_workspace, run)
    assert speed.known_ms(run) is None
    speed.measure_job(str(shared_workspace.home), run.id)
    assert speed.look(shared_workspace, [run]).is_there
    known = speed.known_ms(run)
    assert known is not None
    assert known > 0
    graph = run.folder / "graph.json"
    before = graph.stat()
    os.utime(graph, ns=(before.st_atime_ns, before.st_mtime_ns + 10**9))
    assert speed.known_ms(run) is None
    os.utime(graph, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert speed.known_ms(run) == known


def test_it_is_asked_for_once(
    shared_workspace: Workspace, forgotten: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew = engines.put_in_place(monkeypatch)
    assert not speed.look(shared_workspace, [forgotten]).under_way
    for _ in range(2):
        speed.start(shared_workspace, [forgotten], owner="anna")
    assert crew.submitted == [("measure_job", str(shared_workspace.home), forgotten.id)]
    assert (crew.owners, crew.priorities) == (["anna"], [Priority.LIGHT])
    assert speed.look(shared_workspace, [forgotten]).under_way


def test_what_is_known_is_not_measured_again(
    workspace: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (judged(workspace, few, name) for name in ("first", "second"))
    asked: list[str] = []

    def measure(_: Workspace, run: Run) -> float:
        asked.append(run.name)
        if asked == ["first", "second"]:
            raise RunError("second cannot be measured now.")
        return 5.0

    monkeypatch.setattr(speed, "_milliseconds", measure)
    speed.measure_job(str(workspace.home), first.id, second.id)
    # The same runs in another order are the same question.
    assert speed.look(workspace, [second, first]).failure == "second cannot be measured now."
    assert [speed.known_ms(run) for run in (first, second)] == [5.0, None]
    speed.measure_job(str(workspace.home), second.id, first.id)
    assert asked == ["first", "second", "second"]
    assert speed.look(workspace, [first, second]).is_there


def test_a_run_without_a_graph_says_so(workspace: Workspace, few: Dataset) -> None:
    run = judged(workspace, few, "bare")
    assert not speed.can_be_measured(workspace, run)
    speed.measure_job(str(workspace.home), run.id)
    failure = speed.look(workspace, [run]).failure
    assert failure is not None
    assert "bare has no finished model yet" in failure
