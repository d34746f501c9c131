"""Runs and jobs in step, with a stand-in for the engine: the real one has tests of its own."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests import engines
from tests.engines import FakeEngine
from tlcore import checkpoints, heartbeat, jobs, recipes, run_lock, runs, trash, unchanged
from tlcore.checkpoints import Checkpoint
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import JobState, Priority
from tlcore.errors import EngineError, NotFound, RecipeError, RunError
from tlcore.runs import Run, Status
from tlcore.workspace import Workspace


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


def test_a_start_queues_the_run(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    run = jobs.start(workspace, Recipe(), few, name="First")
    assert crew.submitted == [("train_run", str(workspace.home), run.id)]
    assert jobs.progress(workspace, run).status is Status.QUEUED


def test_a_recipe_that_cannot_be_leaves_no_run(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    with pytest.raises(RecipeError):
        jobs.start(workspace, Recipe().changed("phases.0.freeze", 1000), few)
    assert runs.list_all(workspace) == []
    assert crew.submitted == []


def test_a_refused_submit_leaves_no_run(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    crew.full = True
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


@pytest.fixture
def run(workspace: Workspace, few: Dataset, few_here: None, crew: FakeEngine) -> Run:
    """One that is being trained."""
    run = jobs.start(workspace, Recipe.parse({"phases": [{"epochs": 4}]}), few, owner="ada")
    crew.runs_now(run)
    return run


@pytest.fixture
def few_here(workspace: Workspace, shared_workspace: Workspace) -> None:
    """The pictures, in this workspace."""
    workspace.home.mkdir(parents=True, exist_ok=True)
    shutil.copytree(shared_workspace.datasets, workspace.datasets)


def kinds(run: Run) -> list[str]:
    return [event["event"] for event in run.events()]


@pytest.mark.parametrize("ended", ["stopped", "failed", "interrupted", "died"])
def test_what_ended_too_early_is_resumed(
    workspace: Workspace, crew: FakeEngine, run: Run, ended: str
) -> None:
    jobs.stop(workspace, run)
    if ended == "died":
        crew.queue.clear()
    else:
        crew.ends(run, ended)
    assert jobs.progress(workspace, run).status.resumable
    jobs.resume(workspace, run, owner="ben")
    assert jobs.progress(workspace, run).status is Status.QUEUED
    assert crew.submitted == [("train_run", str(workspace.home), run.id)] * 2
    assert crew.owners == ["ada", "ben"]
    # An old stop does not end the new attempt.
    assert not run.stop_file.exists()


def test_a_run_that_is_under_way_is_not_queued_again(
    workspace: Workspace, crew: FakeEngine, run: Run
) -> None:
    before = kinds(run)
    jobs.resume(workspace, run)
    assert (kinds(run), len(crew.submitted)) == (before, 1)


def test_a_resume_pressed_in_many_tabs_is_one_job(workspace: Workspace, crew: FakeEngine, run: Run) -> None:
    crew.ends(run, "stopped")
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: jobs.resume(workspace, run), range(20)))
    assert kinds(run).count("queued") == 2
    assert len(crew.submitted) == 2


def test_a_resume_waits_until_the_job_that_ended_is_gone(
    workspace: Workspace, crew: FakeEngine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.record("stopped", val_accuracy=None, test_accuracy=None, seconds={})
    asked = []

    def going() -> dict[str, JobState]:
        asked.append(1)
        if len(asked) == 3:
            crew.queue.clear()
        return dict(crew.queue)

    monkeypatch.setattr(crew, "jobs", going)
    jobs.resume(workspace, run)
    assert (len(asked), len(crew.submitted)) == (3, 2)
    monkeypatch.setattr(jobs, "_GOING_S", 0.1)
    monkeypatch.setattr(crew, "jobs", lambda: {run.job_key: JobState.RUNNING})
    run.record("stopped", val_accuracy=None, test_accuracy=None, seconds={})
    with pytest.raises(EngineError, match="has not let go of"):
        jobs.resume(workspace, run)
    assert kinds(run)[-1] == "stopped"


def test_a_resume_that_cannot_be_queued_changes_nothing(
    workspace: Workspace, crew: FakeEngine, run: Run
) -> None:
    crew.ends(run, "failed", message="Lower the learning rate.")
    before = jobs.progress(workspace, run)
    crew.full = True
    with pytest.raises(EngineError, match="One job too many"):
        jobs.resume(workspace, run)
    after = jobs.progress(workspace, run)
    assert (after.status, after.message) == (Status.FAILED, before.message)


def test_a_resume_of_what_is_done_or_changed_is_refused(
    workspace: Workspace, few: Dataset, crew: FakeEngine, run: Run
) -> None:
    crew.ends(run)
    with pytest.raises(RunError, match="is done. Extend it by more epochs, or duplicate it"):
        jobs.resume(workspace, run)
    checkpoints.save(run.checkpoints, Checkpoint(0, 0, 0, True, 0.5, weights=()))
    (workspace.datasets / few.id / "images" / few.items[0].file).unlink()
    with pytest.raises(RunError, match="1 picture of the dataset 'few' changed since the run began"):
        jobs.extend(workspace, run, 2)
    assert kinds(run)[-1] == "done"


def test_a_finished_run_is_extended(workspace: Workspace, crew: FakeEngine, run: Run) -> None:
    crew.ends(run, "stopped")
    with pytest.raises(RunError, match="is not done. Resume it first"):
        jobs.extend(workspace, run, 2)
    jobs.resume(workspace, run)
    crew.runs_now(run)
    for epoch in (1, 2, 3):
        # Early stopping ended it before the fourth.
        run.record("epoch", epoch=epoch, phase=0, val_accuracy=0.5, seconds=1.0)
    run.record("kept", phase=0, epoch=2)
    checkpoints.save(run.checkpoints, Checkpoint(3, 0, 3, True, 0.5, weights=()))
    crew.ends(run)
    with pytest.raises(RunError, match="by 1 epoch or more. Received: 0"):
        jobs.extend(workspace, run, 0)
    with pytest.raises(RecipeError, match="less than or equal to 1000"):
        jobs.extend(workspace, run, 998)
    assert kinds(run)[-1] == "done"
    jobs.extend(workspace, run, 2)
    told = jobs.progress(workspace, run)
    assert (told.status, told.epochs_total, len(told.epochs)) == (Status.QUEUED, 5, 3)
    assert runs.extended(run.recipe, run.events()).epochs == 5
    # What was asked for at first stays what it was.
    assert runs.load(workspace, run.id).recipe.epochs == 4
    assert recipes.load(workspace, jobs.duplicate(workspace, run)).epochs == 5


@pytest.mark.parametrize("missing", ["cleaned", "damaged", "older"])
def test_without_its_last_checkpoint_a_run_is_not_extended(
    workspace: Workspace, crew: FakeEngine, run: Run, missing: str
) -> None:
    """It would begin anew, in the place of what was learned."""
    run.record("epoch", epoch=1, phase=0, val_accuracy=0.5, seconds=1.0)
    if missing != "cleaned":
        epoch = 0 if missing == "older" else 1
        checkpoints.save(run.checkpoints, Checkpoint(epoch, 0, epoch, True, 0.5, weights=()))
    if missing == "damaged":
        (run.checkpoints / "1" / "weights.npz").write_bytes(b"torn")
    crew.ends(run)
    before = run.events()
    with pytest.raises(RunError, match=r"cannot be trained on: the checkpoint .+ the copy for 6 epochs\.$"):
        jobs.extend(workspace, run, 5)
    assert (run.events(), len(crew.submitted)) == (before, 1)


def test_a_run_that_is_deleted_meanwhile_is_not_resumed(
    workspace: Workspace, crew: FakeEngine, run: Run
) -> None:
    crew.ends(run, "stopped")
    with ThreadPoolExecutor(1) as pool:
        with run_lock.held(workspace, run.id):
            resumed = pool.submit(jobs.resume, workspace, run)
            with pytest.raises(TimeoutError):
                resumed.result(0.2)
            # As trash.delete does, which holds the same lock.
            run.folder.rename(workspace.home / "elsewhere")
        with pytest.raises(NotFound, match="There is no run"):
            resumed.result(30)
    assert not run.folder.exists()
    assert len(crew.submitted) == 1


def test_a_run_that_is_being_resumed_is_not_deleted(
    workspace: Workspace, crew: FakeEngine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew.ends(run, "stopped")
    begun, go = threading.Event(), threading.Event()
    check = unchanged.check

    def slow(*args: Any) -> Dataset:
        begun.set()
        assert go.wait(30)
        return check(*args)

    monkeypatch.setattr(unchanged, "check", slow)
    monkeypatch.setattr(run_lock, "WAIT_S", 0.1)
    with ThreadPoolExecutor(1) as pool:
        resumed = pool.submit(jobs.resume, workspace, run)
        assert begun.wait(30)
        with pytest.raises(RunError, match="is being resumed or deleted by somebody just now"):
            trash.delete(workspace, run)
        go.set()
        resumed.result(30)
    with pytest.raises(RunError, match="is queued, so it cannot be deleted now"):
        trash.delete(workspace, run)
    assert jobs.progress(workspace, run).status is Status.QUEUED


def test_an_interrupt_leaves_a_run_to_be_resumed(
    workspace: Workspace, few: Dataset, crew: FakeEngine, run: Run
) -> None:
    jobs.interrupt(workspace, run)
    assert run.is_to_be_interrupted
    assert jobs.progress(workspace, run).status is Status.STOPPING
    queued = jobs.start(workspace, Recipe(), few)
    jobs.interrupt(workspace, queued)
    told = jobs.progress(workspace, queued)
    assert (told.status, told.message) == (
        Status.INTERRUPTED,
        "Interrupted while it was queued. Resume the run: it goes on from its last checkpoint.",
    )
    jobs.interrupt(workspace, queued)
    assert kinds(queued) == ["queued", "interrupted"]


def test_a_worker_that_hangs_is_seen_and_ended(
    workspace: Workspace, crew: FakeEngine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with heartbeat.beating(run.folder, run.history_file):
        assert jobs.progress(workspace, run).status is Status.PREPARING
        monkeypatch.setattr(heartbeat, "SILENT_AFTER_S", -1.0)
        stalled = jobs.progress(workspace, run)
        assert (stalled.status, stalled.status.final) == (Status.STALLED, False)
        assert "end the worker and resume the run" in stalled.message
        jobs.kill(workspace, run)
        jobs.kill(workspace, run)
    ended = jobs.progress(workspace, run)
    assert (ended.status, crew.queue) == (Status.INTERRUPTED, {})
    assert ended.message.startswith("Its worker was ended by force. Resume the run")
    assert kinds(run).count("interrupted") == 1


def test_what_takes_seconds_passes_what_takes_hours(
    workspace: Workspace, few: Dataset, crew: FakeEngine
) -> None:
    for epochs, freeze in ((1, "all"), (1000, "none")):
        jobs.start(workspace, Recipe.parse({"phases": [{"epochs": epochs, "freeze": freeze}]}), few)
    assert crew.priorities == [Priority.QUICK, Priority.LONG]
