"""Who stands before a short job in the queue."""

from types import SimpleNamespace
from typing import Any

import pytest

from tlcore import short_jobs
from tlcore.engine import EngineStatus, JobState, Priority, WaitingJob, WorkerStatus


def crew(jobs: list[str], workers: int, errands: tuple[str, ...]) -> Any:
    """An engine with these jobs; light ones have names that begin so."""
    status = EngineStatus(
        address="",
        pid=0,
        started="",
        workers=tuple(WorkerStatus("", number, 0, 0.0, None) for number in range(workers)),
        errands=tuple(WorkerStatus("", 0, 0, 0.0, job) for job in errands),
        jobs=dict.fromkeys(jobs, JobState.RUNNING),
        queue=tuple(WaitingJob(job, "", Priority.LIGHT) for job in jobs if job.startswith("light")),
    )
    return SimpleNamespace(status=lambda: status)


@pytest.mark.parametrize(
    ("jobs", "workers", "errands", "expected"),
    [
        ([], 1, (), []),
        # None is there yet: it would wait until one has come, behind nobody.
        ([], 0, (), []),
        (["run-1"], 1, (), ["run-1"]),
        (["run-1"], 2, (), []),
        (["run-1", "ours-2"], 2, (), []),
        (["run-1", "run-2", "ours-3"], 2, (), ["run-1", "run-2"]),
        # Light jobs beside the workers, running and waiting.
        (["intake-1", "light-2"], 1, ("intake-1",), []),
        (["run-1", "intake-1", "light-2"], 1, ("intake-1",), ["run-1"]),
        # In a cluster they take a worker.
        (["light-1"], 1, (), ["light-1"]),
    ],
)
def test_others_are_in_the_way_when_no_worker_is_free(
    jobs: list[str], workers: int, errands: tuple[str, ...], expected: list[str]
) -> None:
    assert short_jobs.others_in_the_way(crew(jobs, workers, errands), ours="ours-") == expected
