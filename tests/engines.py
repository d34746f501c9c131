"""A stand-in for the engine, for whoever asks one: the real one has tests of its own."""

from collections.abc import Callable

import pytest

from tlcore import engine
from tlcore.engine import EngineStatus, JobState, Priority, WorkerStatus
from tlcore.errors import EngineError
from tlcore.runs import Run


class FakeEngine:
    """What it ``does`` with a job: ``hold`` it, ``run`` it at once, or ``lose`` it as a dead worker does.

    ``silent`` answers no question about jobs, ``full`` takes none.
    """

    def __init__(self, does: str = "hold") -> None:
        self.does = does
        self.silent = self.full = False
        self.workers = 1
        self.queue: dict[str, JobState] = {}
        self.asked = 0
        # Of the jobs that it took.
        self.keys: list[str] = []
        self.submitted: list[tuple[object, ...]] = []
        self.owners: list[str] = []
        self.priorities: list[Priority] = []
        self.cancelled: list[str] = []

    def submit(
        self,
        key: str,
        function: Callable[..., object],
        *args: object,
        owner: str = "",
        priority: Priority = Priority.LONG,
    ) -> None:
        if self.full:
            raise EngineError("One job too many.")
        if key in self.queue:
            return
        self.keys.append(key)
        self.submitted.append((function.__name__, *args))
        self.owners.append(owner)
        self.priorities.append(priority)
        if self.does == "hold":
            self.queue[key] = JobState.QUEUED
        elif self.does == "run":
            function(*args)

    def jobs(self) -> dict[str, JobState]:
        self.asked += 1
        self._answer()
        return dict(self.queue)

    def status(self) -> EngineStatus:
        self._answer()
        workers = tuple(WorkerStatus("", number, 0, 0.0, None) for number in range(self.workers))
        return EngineStatus("", 0, "", workers, (), dict(self.queue), ())

    def cancel(self, key: str) -> bool:
        self._answer()
        self.cancelled.append(key)
        return self.queue.get(key) is JobState.QUEUED and bool(self.queue.pop(key))

    def kill(self, key: str) -> bool:
        return self.queue.get(key) is JobState.RUNNING and bool(self.queue.pop(key))

    def runs_now(self, run: Run) -> None:
        self.queue[run.job_key] = JobState.RUNNING
        run.record("preparing")

    def ends(self, run: Run, event: str = "done", **values: object) -> None:
        run.record(event, val_accuracy=1.0, test_accuracy=None, seconds={}, **values)
        del self.queue[run.job_key]

    def _answer(self) -> None:
        if self.silent:
            raise EngineError("It does not answer.")


def put_in_place(monkeypatch: pytest.MonkeyPatch, does: str = "hold") -> FakeEngine:
    fake = FakeEngine(does)
    monkeypatch.setattr(engine, "find", lambda workspace: fake)
    monkeypatch.setattr(engine, "start_or_find", lambda workspace: fake)
    return fake
