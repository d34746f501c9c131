"""Several people, several workers: who is next, how much one may ask for, and how a hung worker is ended."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import engine_jobs
import psutil
import pytest
from conftest import alive, own_engine, processes_of, wait_until

from tlcore import engine
from tlcore.engine import JobState, Priority
from tlcore.errors import EngineError
from tlcore.workspace import Workspace

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals that stop a process")


@pytest.fixture
def pair(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> engine.Engine:
    """An engine with two workers."""
    monkeypatch.setenv("THAW_WORKERS", "2")
    return engine.start_or_find(workspace)


@pytest.fixture(scope="module")
def lasting_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engine.Engine]:
    """The same for tests that leave it as they found it."""
    with (
        pytest.MonkeyPatch.context() as patch,
        own_engine(tmp_path_factory.mktemp("pair"), patch) as workspace,
    ):
        with pytest.MonkeyPatch.context() as at_its_start:
            at_its_start.setenv("THAW_WORKERS", "2")
            started = engine.start_or_find(workspace)
        yield started


def thaw(workspace: Workspace, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tlcore.cli", "engine", *arguments, "--home", str(workspace.home)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_two_people_with_five_jobs_each_alternate(lasting: engine.Engine, folder: Path) -> None:
    lasting.submit("first", engine_jobs.hold, str(folder), "first")
    for owner in ("ana", "ben"):
        for number in range(1, 6):
            name = f"{owner}-{number}"
            lasting.submit(name, engine_jobs.note, str(folder), name, owner=owner)
    expected = [f"{owner}-{number}" for number in range(1, 6) for owner in ("ana", "ben")]
    assert list(lasting.queue()) == expected
    assert list(lasting.jobs()) == ["first", *expected]
    (folder / "first.go").touch()
    wait_until(lambda: lasting.jobs() == {})
    started = [line.removeprefix("start ") for line in engine_jobs.notes(folder) if "start" in line]
    assert started == ["first", *expected]


def test_a_quick_job_goes_before_long_ones(lasting: engine.Engine, folder: Path) -> None:
    lasting.submit("a", engine_jobs.hold, str(folder), "a")
    lasting.submit("long", engine_jobs.note, str(folder), "long")
    lasting.submit("quick", engine_jobs.note, str(folder), "quick", priority=Priority.QUICK)
    assert lasting.queue() == ("quick", "long")
    (folder / "a.go").touch()
    wait_until(lambda: lasting.jobs() == {})
    assert engine_jobs.notes(folder)[2:] == ["start quick", "end quick", "start long", "end long"]


def test_one_person_has_a_limit_and_others_have_theirs(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THAW_JOBS_PER_PERSON", "3")
    running = engine.start_or_find(workspace)
    for name in "abc":
        running.submit(name, engine_jobs.hold, str(folder), "a", owner="ana")
    with pytest.raises(EngineError, match="You have 3 jobs waiting or running, as many as one person may"):
        running.submit("d", engine_jobs.note, str(folder), "d", owner="ana")
    # One that waits already is not another one.
    running.submit("c", engine_jobs.hold, str(folder), "a", owner="ana")
    running.submit("b1", engine_jobs.note, str(folder), "b1", owner="ben")
    for number in range(5):
        running.submit(f"nobody-{number}", engine_jobs.note, str(folder), "nobody")
    assert running.cancel("c")
    running.submit("d", engine_jobs.note, str(folder), "d", owner="ana")
    assert "d" in running.queue()
    (folder / "a.go").touch()
    wait_until(lambda: running.jobs() == {})
    running.submit("e", engine_jobs.note, str(folder), "e", owner="ana")


@pytest.mark.parametrize(
    ("name", "value"), [("THAW_WORKERS", "0"), ("THAW_WORKERS", "two"), ("THAW_JOBS_PER_PERSON", "-1")]
)
def test_a_setting_that_cannot_be_is_said(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(
        EngineError, match=f"could not start: {name} is a whole number of at least 1. Received: '{value}'"
    ):
        engine.start_or_find(workspace)


@pytest.mark.parametrize("hung", [False, pytest.param(True, marks=posix_only)])
def test_a_worker_is_killed_and_the_other_goes_on(
    lasting_pair: engine.Engine, folder: Path, hung: bool
) -> None:
    for name in "abcd":
        lasting_pair.submit(name, engine_jobs.hold, str(folder), name)
    wait_until(lambda: sorted(engine_jobs.notes(folder)) == ["start a", "start b"])
    (victim,) = [worker for worker in lasting_pair.status().workers if worker.job == "a"]
    (other,) = [worker for worker in lasting_pair.status().workers if worker.job == "b"]
    process = psutil.Process(victim.pid)
    if hung:
        process.suspend()
    assert lasting_pair.kill("a") is True
    assert "a" not in lasting_pair.jobs()
    wait_until(lambda: not alive(process))
    # Replaced: the next job starts while b still holds its worker.
    wait_until(lambda: "start c" in engine_jobs.notes(folder))
    assert lasting_pair.jobs() == {"b": JobState.RUNNING, "c": JobState.RUNNING, "d": JobState.QUEUED}
    pids = {worker.job: worker.pid for worker in lasting_pair.status().workers}
    assert pids["b"] == other.pid
    assert pids["c"] not in (victim.pid, other.pid)
    for name in "bcd":
        (folder / f"{name}.go").touch()
    wait_until(lambda: lasting_pair.jobs() == {})
    notes = engine_jobs.notes(folder)
    assert sorted(notes) == ["end b", "end c", "end d", "start a", "start b", "start c", "start d"]


def test_only_a_running_job_is_killed(lasting: engine.Engine, folder: Path) -> None:
    lasting.submit("a", engine_jobs.hold, str(folder), "a")
    lasting.submit("b", engine_jobs.note, str(folder), "b")
    pid = lasting.status().workers[0].pid
    assert lasting.kill("b") is False
    assert lasting.kill("never-heard-of") is False
    assert lasting.jobs() == {"a": JobState.RUNNING, "b": JobState.QUEUED}
    assert lasting.status().workers[0].pid == pid
    # It can come again, in the worker that has taken the place.
    assert lasting.kill("a") is True
    lasting.submit("a", engine_jobs.note, str(folder), "a")
    wait_until(lambda: lasting.jobs() == {})
    assert engine_jobs.notes(folder)[-2:] == ["start a", "end a"]


def test_two_workers_that_die_are_both_replaced(pair: engine.Engine, folder: Path) -> None:
    before = {worker.pid for worker in pair.status().workers}
    assert len(before) == 2
    for pid in before:
        psutil.Process(pid).kill()
    wait_until(lambda: len({worker.pid for worker in pair.status().workers} - before) == 2)
    for name in "ab":
        pair.submit(name, engine_jobs.hold, str(folder), name)
    wait_until(lambda: sorted(engine_jobs.notes(folder)) == ["start a", "start b"])


def test_the_command_line_shows_all_and_stop_leaves_no_process(
    pair: engine.Engine, workspace: Workspace, folder: Path
) -> None:
    for name in "ab":
        pair.submit(name, engine_jobs.hold, str(folder), name)
    pair.submit("c", engine_jobs.note, str(folder), "c", owner="ana")
    pair.submit("d", engine_jobs.note, str(folder), "d", owner="ben", priority=Priority.QUICK)
    told = json.loads(thaw(workspace, "status", "--json").stdout)
    assert told["running"] is True
    status = told["engine"]
    assert status["address"] == pair.address.url
    assert sorted(worker["job"] for worker in status["workers"]) == ["a", "b"]
    assert {worker["pid"] for worker in status["workers"]} < {p.pid for p in processes_of(workspace)}
    assert status["queue"] == [
        {"job": "d", "owner": "ben", "priority": "quick"},
        {"job": "c", "owner": "ana", "priority": "long"},
    ]
    assert status["jobs"] == {"a": "running", "b": "running", "d": "queued", "c": "queued"}
    words = [line.split() for line in thaw(workspace, "status").stdout.splitlines()]
    assert words[0][:5] == ["The", "engine", "runs", "at", pair.address.url]
    assert ["1", "d", "ben", "quick"] in words
    assert ["2", "c", "ana", "long"] in words
    family = processes_of(workspace)
    assert len(family) >= 3
    assert thaw(workspace, "stop").returncode == 0
    assert [process for process in family if alive(process)] == []
    assert json.loads(thaw(workspace, "status", "--json").stdout) == {"running": False, "engine": None}
