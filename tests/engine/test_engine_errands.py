"""Light jobs: in processes of their own, beside a training and before any worker is warm."""

from pathlib import Path

import engine_jobs
import psutil
from conftest import alive, wait_until

from tlcore import engine
from tlcore.engine import JobState, Priority
from tlcore.engine.errands import AT_ONCE
from tlcore.engine.queue import Job, JobQueue
from tlcore.workspace import Workspace


def light(crew: engine.Engine, folder: Path, name: str) -> None:
    crew.submit(f"job-{name}", engine_jobs.hold, str(folder), name, priority=Priority.LIGHT)


def test_a_light_job_does_not_wait_for_the_worker(running: engine.Engine, folder: Path) -> None:
    running.submit("job-long", engine_jobs.hold, str(folder), "long")
    wait_until(lambda: engine_jobs.notes(folder) == ["start long"])
    for name in ("a", "b", "c"):
        light(running, folder, name)
    assert [*running.jobs()] == ["job-long", "job-a", "job-b", "job-c"]
    wait_until(lambda: {"start a", "start b"} < set(engine_jobs.notes(folder)))
    status = running.status()
    assert [worker.job for worker in status.workers] == ["job-long"]
    assert [errand.job for errand in status.errands] == ["job-a", "job-b"]
    assert all(errand.memory_bytes > 10**6 for errand in status.errands)
    assert (AT_ONCE, [job.job for job in status.queue]) == (2, ["job-c"])
    (folder / "a.go").touch()
    wait_until(lambda: "start c" in engine_jobs.notes(folder))
    for name in ("b", "c", "long"):
        (folder / f"{name}.go").touch()
    wait_until(lambda: running.jobs() == {})
    assert running.status().errands == ()


def test_a_light_job_is_cancelled_and_killed(running: engine.Engine, folder: Path) -> None:
    for name in ("a", "b", "c"):
        light(running, folder, name)
    assert running.cancel("job-c")
    wait_until(lambda: {"start a", "start b"} == set(engine_jobs.notes(folder)))
    assert not running.cancel("job-a")
    assert running.kill("job-a")
    assert running.jobs() == {"job-b": JobState.RUNNING}
    assert not running.kill("job-a")
    (folder / "b.go").touch()
    wait_until(lambda: running.jobs() == {})


def test_a_light_job_that_fails_harms_nobody(running: engine.Engine, folder: Path) -> None:
    running.submit("bad", engine_jobs.fail, str(folder), "bad", priority=Priority.LIGHT)
    wait_until(lambda: running.jobs() == {})
    light(running, folder, "a")
    (folder / "a.go").touch()
    wait_until(lambda: running.jobs() == {})
    assert engine_jobs.notes(folder)[-1] == "end a"


def test_a_light_job_ends_with_the_engine(workspace: Workspace, running: engine.Engine, folder: Path) -> None:
    light(running, folder, "a")
    wait_until(lambda: engine_jobs.notes(folder) == ["start a"])
    (errand,) = running.status().errands
    process = psutil.Process(errand.pid)
    # Not even asked: the pipe tells it.
    psutil.Process(running.status().pid).kill()
    wait_until(lambda: not alive(process))


def test_workers_of_a_cluster_take_light_jobs_as_quick_ones() -> None:
    queue = JobQueue()
    for key, priority in (("long", Priority.LONG), ("light", Priority.LIGHT), ("quick", Priority.QUICK)):
        queue.put(Job(key, "", priority, "module:function", b""))
    assert [job.key for job in queue.order()] == ["light", "quick", "long"]
