import os
import threading
from pathlib import Path

import engine_jobs
import pytest
from conftest import wait_until

from tlcore import engine
from tlcore.engine import JobState
from tlcore.engine.address import log_file
from tlcore.workspace import Workspace


def test_jobs_run_one_at_a_time_in_the_order_in_which_they_came(lasting: engine.Engine, folder: Path) -> None:
    lasting.submit("job-a", engine_jobs.hold, str(folder), "a")
    for name in "bcdef":
        lasting.submit(f"job-{name}", engine_jobs.note, str(folder), name)
    assert list(lasting.jobs().items()) == [
        ("job-a", JobState.RUNNING),
        *((f"job-{name}", JobState.QUEUED) for name in "bcdef"),
    ]
    assert [worker.job for worker in lasting.status().workers] == ["job-a"]
    (folder / "a.go").touch()
    wait_until(lambda: lasting.jobs() == {})
    assert engine_jobs.notes(folder) == [f"{what} {name}" for name in "abcdef" for what in ("start", "end")]


def test_a_submitted_job_is_shown_at_once(running: engine.Engine, folder: Path) -> None:
    running.submit("first", engine_jobs.hold, str(folder), "first")
    for number in range(20):
        running.submit(f"job-{number}", engine_jobs.hold, str(folder), "first")
        assert running.jobs()[f"job-{number}"] is JobState.QUEUED


def test_a_key_that_waits_or_runs_is_not_taken_twice(lasting: engine.Engine, folder: Path) -> None:
    def submit_both() -> None:
        lasting.submit("a", engine_jobs.hold, str(folder), "a")
        lasting.submit("b", engine_jobs.note, str(folder), "b")

    threads = [threading.Thread(target=submit_both) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    (folder / "a.go").touch()
    wait_until(lambda: lasting.jobs() == {})
    assert sorted(engine_jobs.notes(folder)) == ["end a", "end b", "start a", "start b"]


def test_a_key_that_has_ended_can_come_again(lasting: engine.Engine, folder: Path) -> None:
    for count in (1, 2, 3):
        lasting.submit("again", engine_jobs.note, str(folder), "again")
        wait_until(lambda: lasting.jobs() == {})
        assert engine_jobs.notes(folder).count("end again") == count


def test_a_queued_job_is_cancelled_and_a_running_one_is_not(lasting: engine.Engine, folder: Path) -> None:
    lasting.submit("a", engine_jobs.hold, str(folder), "a")
    for name in "bc":
        lasting.submit(name, engine_jobs.note, str(folder), name)
    assert lasting.cancel("b") is True
    assert lasting.cancel("b") is False
    assert lasting.cancel("a") is False
    assert lasting.cancel("never-heard-of") is False
    assert lasting.jobs() == {"a": JobState.RUNNING, "c": JobState.QUEUED}
    (folder / "a.go").touch()
    wait_until(lambda: lasting.jobs() == {})
    assert engine_jobs.notes(folder) == ["start a", "end a", "start c", "end c"]


def test_a_cancelled_job_can_come_again(lasting: engine.Engine, folder: Path) -> None:
    lasting.submit("a", engine_jobs.hold, str(folder), "a")
    lasting.submit("b", engine_jobs.note, str(folder), "b")
    assert lasting.cancel("b") is True
    lasting.submit("b", engine_jobs.note, str(folder), "b")
    (folder / "a.go").touch()
    wait_until(lambda: lasting.jobs() == {})
    assert engine_jobs.notes(folder).count("end b") == 1


@pytest.mark.parametrize("job", [engine_jobs.fail, engine_jobs.leave])
def test_a_job_that_raises_harms_nobody(
    lasting: engine.Engine, lasting_home: Workspace, folder: Path, job: object
) -> None:
    pid, before = lasting.status().workers[0].pid, len(log_file(lasting_home).read_text())
    lasting.submit("bad", job, str(folder), "bad")  # type: ignore[arg-type]
    lasting.submit("good", engine_jobs.note, str(folder), "good")
    wait_until(lambda: lasting.jobs() == {})
    assert engine_jobs.notes(folder) == ["start bad", "start good", "end good"]
    assert lasting.status().workers[0].pid == pid
    assert "Job bad ended with an error." in log_file(lasting_home).read_text()[before:]


def test_a_job_that_cannot_be_found_harms_nobody(
    lasting: engine.Engine, lasting_home: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As after an upgrade: the engine has other code than the one who asks.
    monkeypatch.setattr("tlcore.engine.client.reference_to", lambda _: "engine_jobs:gone")
    lasting.submit("lost", engine_jobs.note, str(folder), "lost")
    wait_until(lambda: lasting.jobs() == {})
    assert "has no attribute 'gone'" in log_file(lasting_home).read_text()


def test_only_module_level_functions_are_taken(lasting: engine.Engine) -> None:
    def local() -> None: ...

    for function in (local, lambda: None, os.path.join(".", "x").join):
        with pytest.raises(TypeError, match="module-level function"):
            lasting.submit("x", function)
    assert lasting.jobs() == {}


def test_the_worker_takes_jobs_while_it_warms_up(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = folder / "slow.go"
    monkeypatch.setenv("THAW_ENGINE_PRELOAD", "engine_slow")
    monkeypatch.setenv("ENGINE_SLOW_GO", str(go))
    running = engine.start_or_find(workspace)
    running.submit("a", engine_jobs.environment, str(folder), "engine_slow")
    assert running.jobs() == {"a": JobState.RUNNING}
    assert engine_jobs.notes(folder) == []
    go.touch()
    wait_until(lambda: running.jobs() == {})
    # It has waited for the import rather than running into a half-imported module.
    assert engine_jobs.notes(folder) == ["engine_slow True None"]


def test_a_worker_that_cannot_warm_up_still_works(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THAW_ENGINE_PRELOAD", "no_such_module")
    running = engine.start_or_find(workspace)
    running.submit("a", engine_jobs.note, str(folder), "a")
    wait_until(lambda: running.jobs() == {})
    assert engine_jobs.notes(folder) == ["start a", "end a"]
    assert "No module named 'no_such_module'" in log_file(workspace).read_text()


def test_the_first_job_finds_tensorflow_warm(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THAW_ENGINE_PRELOAD")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    running = engine.start_or_find(workspace)
    names = ("tensorflow", "keras", "TF_CPP_MIN_LOG_LEVEL", "OMP_NUM_THREADS")
    running.submit("a", engine_jobs.environment, str(folder), *names)
    wait_until(lambda: running.jobs() == {}, 120)
    assert engine_jobs.notes(folder) == [
        "tensorflow True None",
        "keras True None",
        "TF_CPP_MIN_LOG_LEVEL False 3",
        "OMP_NUM_THREADS False None",
    ]
