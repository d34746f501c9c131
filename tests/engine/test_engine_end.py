"""How engines and workers end, of themselves, on request and by force."""

import os
import signal
from pathlib import Path

import engine_jobs
import psutil
import pytest
from conftest import alive, engines_of, processes_of, wait_until

from tlcore import engine, jobs, runs, training
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import JobState, connection
from tlcore.engine.address import file as address_file
from tlcore.errors import EngineError
from tlcore.runs import Status
from tlcore.workspace import Workspace

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals that stop a process")


def queue_three(running: engine.Engine, folder: Path) -> psutil.Process:
    """One job runs, two wait. Returns the worker."""
    for name in "abc":
        running.submit(name, engine_jobs.hold, str(folder), name)
    wait_until(lambda: engine_jobs.notes(folder) == ["start a"])
    return psutil.Process(running.status().workers[0].pid)


@pytest.mark.parametrize("paused", [False, pytest.param(True, marks=posix_only)])
def test_a_killed_worker_is_replaced_and_the_queue_goes_on(
    lasting: engine.Engine, folder: Path, paused: bool
) -> None:
    worker = queue_three(lasting, folder)
    if paused:
        # Hung: the engine answers nevertheless, and says which process to kill.
        worker.suspend()
        assert lasting.jobs() == {"a": JobState.RUNNING, "b": JobState.QUEUED, "c": JobState.QUEUED}
        assert lasting.status().workers[0].job == "a"
    worker.kill()
    wait_until(lambda: "start b" in engine_jobs.notes(folder))
    assert lasting.jobs() == {"b": JobState.RUNNING, "c": JobState.QUEUED}
    assert lasting.status().workers[0].pid != worker.pid
    (folder / "b.go").touch()
    (folder / "c.go").touch()
    wait_until(lambda: lasting.jobs() == {})
    # The one that was killed has not been run again.
    assert engine_jobs.notes(folder) == ["start a", "start b", "end b", "start c", "end c"]


def test_the_job_of_a_killed_worker_can_come_again(lasting: engine.Engine, folder: Path) -> None:
    queue_three(lasting, folder).kill()
    wait_until(lambda: "a" not in lasting.jobs())
    for name in "abc":
        (folder / f"{name}.go").touch()
    lasting.submit("a", engine_jobs.hold, str(folder), "a")
    wait_until(lambda: lasting.jobs() == {})
    assert engine_jobs.notes(folder)[-2:] == ["start a", "end a"]


def test_a_job_queued_while_no_worker_is_there_runs_later(lasting: engine.Engine, folder: Path) -> None:
    (folder / "x.go").touch()
    psutil.Process(lasting.status().workers[0].pid).kill()
    lasting.submit("x", engine_jobs.hold, str(folder), "x")
    lasting.submit("y", engine_jobs.note, str(folder), "y")
    wait_until(lambda: lasting.jobs() == {})
    assert engine_jobs.notes(folder)[-2:] == ["start y", "end y"]


def test_a_run_whose_worker_dies_before_it_begins_is_told_as_interrupted(
    workspace: Workspace, few: Dataset, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = folder / "slow.go"
    monkeypatch.setenv("THAW_ENGINE_PRELOAD", "engine_slow")
    monkeypatch.setenv("ENGINE_SLOW_GO", str(go))
    running = engine.start_or_find(workspace)
    run = runs.create(workspace, Recipe(), few)
    # It has been given to the worker, which still imports.
    running.submit(run.job_key, training.train_run, str(workspace.home), run.id)
    assert jobs.progress(workspace, run).status is Status.QUEUED
    assert running.jobs() == {run.job_key: JobState.RUNNING}
    psutil.Process(running.status().workers[0].pid).kill()
    wait_until(lambda: jobs.progress(workspace, run).status.final)
    told = jobs.progress(workspace, run)
    assert (told.status, told.status.resumable) == (Status.INTERRUPTED, True)
    assert told.message == "The training was interrupted before it began. Resume it: it begins then."
    assert [event["event"] for event in run.events()] == ["queued"]
    # The next worker does not take it up by itself.
    go.touch()
    running.submit("b", engine_jobs.note, str(folder), "b")
    wait_until(lambda: running.jobs() == {})
    assert [event["event"] for event in run.events()] == ["queued"]


@pytest.mark.parametrize("busy", [False, True])
def test_stop_leaves_no_process(
    running: engine.Engine, workspace: Workspace, folder: Path, busy: bool
) -> None:
    if busy:
        queue_three(running, folder)
    family = processes_of(workspace)
    assert len(family) >= 2
    running.stop()
    assert [process for process in family if alive(process)] == []
    assert not address_file(workspace).exists()
    assert engine.find(workspace) is None
    running.stop()


def test_stop_while_a_worker_is_being_replaced(
    running: engine.Engine, workspace: Workspace, folder: Path
) -> None:
    queue_three(running, folder).kill()
    family = processes_of(workspace)
    running.stop()
    assert [process for process in [*family, *engines_of(workspace)] if alive(process)] == []


@posix_only
def test_a_hung_engine_is_said_to_be_and_can_be_stopped(
    running: engine.Engine, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.jobs()
    monkeypatch.setattr(connection, "ANSWER_TIMEOUT_S", 0.5)
    family = processes_of(workspace)
    family[0].suspend()
    with pytest.raises(EngineError, match="does not answer"):
        running.jobs()
    with pytest.raises(EngineError, match="does not answer"):
        engine.start_or_find(workspace)
    running.stop(timeout_s=0.5)
    assert [process for process in family if alive(process)] == []
    assert engine.find(workspace) is None


def test_a_killed_engine_takes_its_worker_along_and_is_started_anew(
    running: engine.Engine, workspace: Workspace, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    queue_three(running, folder)
    family = processes_of(workspace)
    family[0].kill()
    wait_until(lambda: not any(map(alive, family)))
    assert engine.find(workspace) is None
    for question in (running.jobs, running.status, lambda: running.cancel("b")):
        with pytest.raises(EngineError, match="has ended"):
            question()
    with pytest.raises(EngineError, match="has ended"):
        running.submit("d", engine_jobs.note, str(folder), "d")
    running.stop()
    new = engine.start_or_find(workspace)
    assert new is not running
    assert new.jobs() == {}
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


@posix_only
def test_the_end_of_the_system_is_a_clean_end(running: engine.Engine, workspace: Workspace) -> None:
    family = processes_of(workspace)
    os.kill(family[0].pid, signal.SIGTERM)
    wait_until(lambda: not any(map(alive, family)))
    assert not address_file(workspace).exists()


def test_an_idle_engine_ends_by_itself(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THAW_ENGINE_IDLE_S", "1")
    first = engine.start_or_find(workspace)
    family = processes_of(workspace)
    pid = first.status().pid
    # Looking at it is not work.
    wait_until(lambda: engine.find(workspace) is None or first.jobs())
    # It is still ending: the next one waits for that.
    second = engine.start_or_find(workspace)
    assert second.status().pid != pid
    assert not alive(family[0])
    with pytest.raises(EngineError, match="has ended"):
        first.jobs()
    wait_until(lambda: not any(map(alive, family)))


def test_an_engine_with_a_job_does_not_end(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THAW_ENGINE_IDLE_S", "0.5")
    running = engine.start_or_find(workspace)
    queue_three(running, folder)
    process = processes_of(workspace)[0]
    with pytest.raises(psutil.TimeoutExpired):
        process.wait(2)
    for name in "abc":
        (folder / f"{name}.go").touch()
    wait_until(lambda: not alive(process))
    assert engine_jobs.notes(folder)[-1] == "end c"


def test_a_closed_handle_leaves_the_engine_and_connects_again(
    lasting: engine.Engine, lasting_home: Workspace
) -> None:
    pid = lasting.status().pid
    lasting.close()
    lasting.close()
    assert [process.pid for process in engines_of(lasting_home)] == [pid]
    assert lasting.status().pid == pid
