"""The list of runs, with a stand-in for the engine."""

import os
from pathlib import Path

import pytest

from tests import engines, several_labels
from tests.engines import FakeEngine
from tlcore import overview, runs, sizes
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.engine import JobState
from tlcore.runs import Run, Status
from tlcore.workspace import Workspace

EPOCH = {"phase": 0, "seconds": 1.0, "loss": 0.5, "accuracy": 0.7, "val_loss": 0.6, "val_accuracy": 0.5}


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


def made(workspace: Workspace, few: Dataset, *events: str) -> Run:
    run = runs.create(workspace, Recipe(), few)
    for event in events:
        values = {"val_accuracy": 0.75, "seconds": {"total": 12.5}} if event == "done" else EPOCH
        run.record(event, **({"epoch": 1} if event == "epoch" else {}), **values)
    return run


def statuses(workspace: Workspace) -> dict[str, Status]:
    return {line.run.id: line.progress.status for line in overview.lines(workspace)}


def test_a_line_tells_what_became_of_a_run(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    run = made(workspace, few, "preparing", "epoch", "done")
    (line,) = overview.lines(workspace)
    assert line.run == run
    assert (line.progress.status, len(line.progress.epochs)) == (Status.DONE, 1)
    assert (line.shares, line.seconds) == ({Split.VAL: 0.75}, 12.5)
    assert line.size_bytes == sum(file.stat().st_size for file in run.folder.iterdir())


def test_the_engine_is_asked_once_for_all(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    done, queued, left = (made(workspace, few, *events) for events in (["done"], [], ["preparing"]))
    crew.queue = {queued.job_key: JobState.QUEUED}
    assert statuses(workspace) == {
        done.id: Status.DONE,
        queued.id: Status.QUEUED,
        left.id: Status.INTERRUPTED,
    }
    assert crew.asked == 1


def test_where_all_have_ended_it_is_not_asked(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    made(workspace, few, "done")
    assert len(overview.lines(workspace)) == 1
    assert crew.asked == 0


def test_an_engine_that_does_not_answer_may_still_train(
    workspace: Workspace, few: Dataset, crew: FakeEngine
) -> None:
    run = made(workspace, few, "preparing")
    crew.silent = True
    assert statuses(workspace) == {run.id: Status.PREPARING}


def test_a_run_that_ends_while_it_is_asked_for_is_not_interrupted(
    workspace: Workspace, few: Dataset, crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made(workspace, few, "preparing")

    def ends_now() -> dict[str, JobState]:
        run.record("done", val_accuracy=1.0, seconds={})
        return {}

    monkeypatch.setattr(crew, "jobs", ends_now)
    assert statuses(workspace) == {run.id: Status.DONE}


def test_what_has_ended_is_read_once(
    workspace: Workspace, few: Dataset, crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(workspace, few, "epoch", "done")
    first = overview.lines(workspace)
    monkeypatch.setattr(Run, "events", lambda self: pytest.fail("read again"))
    assert overview.lines(workspace) == first


def test_what_changes_is_read_again(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    run = made(workspace, few, "done")
    assert statuses(workspace) == {run.id: Status.DONE}
    run.record("queued")
    crew.queue = {run.job_key: JobState.QUEUED}
    assert statuses(workspace) == {run.id: Status.QUEUED}
    size = overview.lines(workspace)[0].size_bytes
    (run.folder / "checkpoints" / "1").mkdir(parents=True)
    (run.folder / "checkpoints" / "1" / "weights.npz").write_bytes(bytes(1000))
    assert overview.lines(workspace)[0].size_bytes == size + 1000


def test_of_several_labels_the_exact_match_counts(workspace: Workspace, crew: FakeEngine) -> None:
    several_labels.judged(workspace, several_labels.taken(workspace))
    assert overview.lines(workspace)[0].shares == {Split.VAL: 0.75}


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(bytes(100))
    (tmp_path / "b").mkdir()
    os.link(tmp_path / "a" / "x", tmp_path / "b" / "x")
    (tmp_path / "b" / "y").write_bytes(bytes(10))
    assert sizes.size_of(tmp_path) == sizes.sum_of([tmp_path / "a", tmp_path / "b"]) == 110
    assert (sizes.size_of(tmp_path / "b" / "y"), sizes.size_of(tmp_path / "none")) == (10, 0)
