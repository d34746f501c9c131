"""What many viewers of one run cost: one reading of what is new, one question to the engine."""

import itertools

import pytest

from tests import engines
from tests.engines import FakeEngine
from tlcore import held_jobs, runs, watching
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import JobState
from tlcore.runs import Run, Status
from tlcore.workspace import Workspace

EPOCH = {"loss": 0.5, "accuracy": 0.7, "val_loss": 0.6, "val_accuracy": 0.5, "phase": 0, "seconds": 1.0}


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture
def run(workspace: Workspace, few: Dataset, crew: FakeEngine) -> Run:
    made = runs.create(workspace, Recipe(), few, name="Mine")
    crew.queue[made.job_key] = JobState.RUNNING
    return made


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(watching, "time", made)
    return made


def test_ten_viewers_ask_once_a_second(
    workspace: Workspace, run: Run, crew: FakeEngine, clock: Clock
) -> None:
    run.record("preparing")
    looks = [watching.look(workspace, run) for _ in range(10)]
    assert crew.asked == 1
    assert all(look is looks[0] for look in looks)
    clock.now_s += 1.5
    watching.look(workspace, run)
    assert crew.asked == 2


def test_what_is_new_shows_at_once_and_asks_nobody(
    workspace: Workspace, run: Run, crew: FakeEngine, clock: Clock
) -> None:
    run.record("phase", phase=0)
    assert watching.look(workspace, run).progress.status is Status.TRAINING
    for number in (1, 2):
        run.record("epoch", epoch=number, **EPOCH)
        assert len(watching.look(workspace, run).progress.epochs) == number
    run.request_stop()
    assert watching.look(workspace, run).progress.status is Status.STOPPING
    assert crew.asked == 1


def test_only_what_was_appended_is_read(
    workspace: Workspace, run: Run, crew: FakeEngine, clock: Clock
) -> None:
    run.record("phase", phase=0)
    first = watching.look(workspace, run).events
    # Were it read again from its beginning, this would be seen.
    content = run.history_file.read_bytes()
    run.history_file.write_bytes(content.replace(b"phase", b"PHASE"))
    run.record("epoch", epoch=1, **EPOCH)
    events = watching.look(workspace, run).events
    assert [event["event"] for event in events] == ["queued", "phase", "epoch"]
    assert len(first) == 2, "another viewer still reads it"


def test_a_history_that_begins_anew_is_read_anew(
    workspace: Workspace, run: Run, crew: FakeEngine, clock: Clock
) -> None:
    run.record("preparing")
    watching.look(workspace, run)
    run.history_file.unlink()
    run.record("queued")
    assert [event["event"] for event in watching.look(workspace, run).events] == ["queued"]


def test_a_run_that_has_ended_asks_nobody(
    workspace: Workspace, run: Run, crew: FakeEngine, clock: Clock
) -> None:
    run.record("done", val_accuracy=0.5, test_accuracy=None, seconds={})
    for _ in range(3):
        assert watching.look(workspace, run).progress.status is Status.DONE
        clock.now_s += 5
    assert crew.asked == 0


def test_a_job_that_came_after_the_answer_is_not_taken_for_gone(
    workspace: Workspace, run: Run, few: Dataset, crew: FakeEngine, clock: Clock
) -> None:
    watching.look(workspace, run)
    second = runs.create(workspace, Recipe(), few)
    crew.queue[second.job_key] = JobState.QUEUED
    assert watching.look(workspace, second).progress.status is Status.QUEUED


def test_a_job_that_is_gone_is_interrupted(
    workspace: Workspace, run: Run, crew: FakeEngine, clock: Clock
) -> None:
    run.record("preparing")
    assert watching.look(workspace, run).progress.status is Status.PREPARING
    crew.queue.clear()
    clock.now_s += 1.5
    assert watching.look(workspace, run).progress.status is Status.INTERRUPTED
    crew.queue[run.job_key] = JobState.RUNNING
    clock.now_s += 1.5
    assert watching.look(workspace, run).progress.status is Status.PREPARING


def test_an_engine_that_does_not_answer_may_still_train(
    workspace: Workspace, run: Run, crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.record("preparing")
    crew.silent = True
    assert watching.look(workspace, run).progress.status is Status.PREPARING


def test_no_engine_is_interrupted(workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.record("preparing")
    monkeypatch.setattr(held_jobs.engine, "find", lambda workspace: None)
    assert watching.look(workspace, run).progress.status is Status.INTERRUPTED


def test_the_place_in_the_queue(workspace: Workspace, few: Dataset, run: Run, crew: FakeEngine) -> None:
    waiting = [runs.create(workspace, Recipe(), few) for _ in range(2)]
    crew.queue |= {"look-at-a-model": JobState.RUNNING}
    crew.queue |= {one.job_key: JobState.QUEUED for one in waiting}
    assert watching.look(workspace, run).place is None
    places = [watching.look(workspace, one).place for one in waiting]
    assert places == [watching.Place(n, ("Mine", "another job")) for n in (1, 2)]


def test_earlier_runs_are_those_on_the_same_pictures_that_learned(
    workspace: Workspace, few: Dataset, crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = itertools.count()
    monkeypatch.setattr(runs, "now", lambda: f"2026-01-01T00:00:{next(moments):02}.000+00:00")
    made = [runs.create(workspace, Recipe(), few, name=f"{n}") for n in range(6)]
    for n, one in enumerate(made):
        if n != 3:
            one.record("epoch", epoch=1, **EPOCH)
    others = watching.earlier(workspace, made[5], most=3)
    assert [one.name for one, _ in others] == ["4", "2", "1"]
    assert watching.earlier(workspace, made[0]) == []
    ghosts = watching.ghosts(others)
    assert [(ghost.name, len(ghost.epochs)) for ghost in ghosts] == [("4", 1), ("2", 1), ("1", 1)]
