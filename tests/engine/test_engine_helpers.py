"""Idle workers help a job that calls for it, and are gone when anybody else wants them."""

import os
from pathlib import Path

import engine_jobs
import psutil
import pytest
from conftest import alive, processes_of, wait_until

from tlcore import engine
from tlcore.cli.app import app
from tlcore.engine import Engine, JobState
from tlcore.workspace import Workspace


@pytest.fixture
def two(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("THAW_WORKERS", "2")
    return engine.start_or_find(workspace)


def noted(folder: Path, *lines: str) -> None:
    """Wait until these are the notes."""
    wait_until(lambda: engine_jobs.notes(folder) == [*lines])


def helper(crew: Engine, key: str) -> psutil.Process:
    """The process that helps a job."""
    wait_until(lambda: any(worker.helps == key for worker in crew.status().workers))
    return psutil.Process(next(worker.pid for worker in crew.status().workers if worker.helps == key))


def test_a_helper_goes_when_somebody_wants_its_worker(
    two: Engine, workspace: Workspace, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two.submit("a", engine_jobs.call, str(folder), "a")
    wait_until(lambda: "helps a" in engine_jobs.notes(folder))
    helper(two, "a")
    # It is nobody's job: neither listed nor in anybody's way.
    assert two.jobs() == {"a": JobState.RUNNING}
    assert two.kill("thaw-help-a") is False
    app(["engine", "status", "--home", str(workspace.home)], standalone_mode=False)
    assert "helps a" in capsys.readouterr().out
    two.submit("b", engine_jobs.hold, str(folder), "b")
    noted(folder, "start a", "helps a", "leaves a", "start b")
    # Beside a job of somebody else nobody helps, also when a third worker would be free.
    assert [worker.helps for worker in two.status().workers] == [None, None]
    (folder / "b.go").touch()
    noted(folder, "start a", "helps a", "leaves a", "start b", "end b", "helps a")
    (folder / "a.go").touch()
    wait_until(lambda: engine_jobs.notes(folder)[6:] in (["end a", "leaves a"], ["leaves a", "end a"]))
    wait_until(lambda: [worker.helps for worker in two.status().workers] == [None, None])
    assert two.jobs() == {}


def test_a_helper_that_has_ended_or_died_does_not_come_again(two: Engine, folder: Path) -> None:
    two.submit("a", engine_jobs.call, str(folder), "a")
    (folder / "a.helped").touch()
    noted(folder, "start a", "helps a", "leaves a")
    (folder / "a.go").touch()
    wait_until(lambda: two.jobs() == {})
    two.submit("b", engine_jobs.call, str(folder), "b")
    helper(two, "b").kill()
    two.submit("c", engine_jobs.note, str(folder), "c")
    wait_until(lambda: "end c" in engine_jobs.notes(folder))
    wait_until(lambda: two.jobs() == {"b": JobState.RUNNING})
    (folder / "b.go").touch()
    wait_until(lambda: two.jobs() == {})
    notes = engine_jobs.notes(folder)
    assert (notes.count("helps a"), notes.count("helps b"), notes.count("end b")) == (1, 1, 1)


@pytest.mark.skipif(os.name == "nt", reason="signals that stop a process")
def test_a_helper_that_hangs_is_ended_for_a_job(two: Engine, workspace: Workspace, folder: Path) -> None:
    two.submit("a", engine_jobs.call, str(folder), "a")
    hung = helper(two, "a")
    wait_until(lambda: "helps a" in engine_jobs.notes(folder))
    hung.suspend()
    two.submit("b", engine_jobs.hold, str(folder), "b")
    wait_until(lambda: "start b" in engine_jobs.notes(folder))
    assert not alive(hung)
    assert two.jobs() == {"a": JobState.RUNNING, "b": JobState.RUNNING}
    assert hung.pid not in [process.pid for process in processes_of(workspace)]


def test_a_single_worker_has_nobody_to_call(running: Engine, folder: Path) -> None:
    running.submit("a", engine_jobs.call, str(folder), "a")
    running.submit("b", engine_jobs.note, str(folder), "b")
    (folder / "a.go").touch()
    wait_until(lambda: running.jobs() == {})
    assert engine_jobs.notes(folder) == ["start a", "end a", "start b", "end b"]
