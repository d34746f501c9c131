"""Runs and jobs in step, with a stand-in for the engine: the real one has tests of its own."""

from collections.abc import Callable

import pytest

from tlcore import jobs, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import JobState
from tlcore.errors import EngineError, RecipeError
from tlcore.runs import Status
from tlcore.workspace import Workspace


class FakeEngine:
    """Queues and does nothing; ``silent`` answers no question."""

    def __init__(self) -> None:
        self.queue: dict[str, JobState] = {}
        self.submitted: list[tuple[object, ...]] = []
        self.silent = False

    def submit(self, key: str, function: Callable[..., object], *args: object) -> None:
        self.queue[key] = JobState.QUEUED
        self.submitted.append((function.__name__, *args))

    def jobs(self) -> dict[str, JobState]:
        self._answer()
        return self.queue

    def _answer(self) -> None:
        if self.silent:
            raise EngineError("It does not answer.")

    def cancel(self, key: str) -> bool:
        self._answer()
        if self.queue.get(key) is not JobState.QUEUED:
            return False
        del self.queue[key]
        return True


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(jobs.engine, "start_or_find", lambda workspace: fake)
    monkeypatch.setattr(jobs.engine, "find", lambda workspace: fake)
    return fake


def test_a_start_queues_the_run(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    run = jobs.start(workspace, Recipe(), few, name="First")
    assert crew.submitted == [("train_run", str(workspace.home), run.id)]
    assert jobs.progress(workspace, run).status is Status.QUEUED


def test_a_recipe_that_cannot_be_leaves_no_run(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    with pytest.raises(RecipeError):
        jobs.start(workspace, Recipe().changed("phases.0.freeze", 1000), few)
    assert runs.list_all(workspace) == []
    assert crew.submitted == []


def test_a_refused_submit_leaves_no_run(
    workspace: Workspace, few: Dataset, crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise EngineError("It has ended.")

    monkeypatch.setattr(crew, "submit", refuse)
    with pytest.raises(EngineError):
        jobs.start(workspace, Recipe(), few)
    assert runs.list_all(workspace) == []


def test_a_queued_run_stops_at_once(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    run = jobs.start(workspace, Recipe(), few)
    jobs.stop(workspace, run)
    jobs.stop(workspace, run)
    assert jobs.progress(workspace, run).status is Status.STOPPED
    assert [event["event"] for event in run.events()] == ["queued", "stopped"]


def test_a_running_one_is_asked_to(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    run = jobs.start(workspace, Recipe(), few)
    crew.queue[run.job_key] = JobState.RUNNING
    run.record("preparing")
    jobs.stop(workspace, run)
    assert run.stop_file.exists()
    assert jobs.progress(workspace, run).status is Status.STOPPING


def test_a_finished_run_stays_as_it_ended(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    run = jobs.start(workspace, Recipe(), few)
    run.record("done", val_accuracy=1.0, test_accuracy=None, seconds={})
    jobs.stop(workspace, run)
    assert jobs.progress(workspace, run).status is Status.DONE
    assert not run.stop_file.exists()


def test_a_run_nobody_works_on_is_interrupted(
    workspace: Workspace, few: Dataset, crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = jobs.start(workspace, Recipe(), few)
    run.record("preparing")
    crew.queue.clear()
    assert jobs.progress(workspace, run).status is Status.INTERRUPTED
    monkeypatch.setattr(jobs.engine, "find", lambda workspace: None)
    assert jobs.progress(workspace, run).status is Status.INTERRUPTED


def test_an_engine_that_does_not_answer_may_still_train(
    workspace: Workspace, few: Dataset, crew: FakeEngine
) -> None:
    run = jobs.start(workspace, Recipe(), few)
    crew.silent = True
    assert jobs.progress(workspace, run).status is Status.QUEUED
    jobs.stop(workspace, run)
    assert jobs.progress(workspace, run).status is Status.STOPPING


def test_a_run_that_ends_while_it_is_asked_for_is_not_interrupted(
    workspace: Workspace, few: Dataset, crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = jobs.start(workspace, Recipe(), few)

    def ends_now(workspace: Workspace) -> FakeEngine:
        crew.queue.clear()
        run.record("done", val_accuracy=1.0, test_accuracy=None, seconds={})
        return crew

    monkeypatch.setattr(jobs.engine, "find", ends_now)
    assert jobs.progress(workspace, run).status is Status.DONE
