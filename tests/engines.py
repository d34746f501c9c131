"""A stand-in for the engine: it holds jobs and does nothing."""

from collections.abc import Callable

import pytest

from tlcore import engine
from tlcore.engine import JobState, Priority
from tlcore.errors import EngineError


class FakeEngine:
    """``silent`` answers no question."""

    def __init__(self) -> None:
        self.queue: dict[str, JobState] = {}
        self.submitted: list[tuple[object, ...]] = []
        self.asked = 0
        self.silent = False

    def jobs(self) -> dict[str, JobState]:
        self.asked += 1
        if self.silent:
            raise EngineError("It does not answer.")
        return dict(self.queue)

    def submit(
        self, key: str, function: Callable[..., object], *args: object, priority: Priority = Priority.LONG
    ) -> None:
        self.queue[key] = JobState.QUEUED
        self.submitted.append((function.__name__, *args))


def put_in_place(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(engine, "find", lambda workspace: fake)
    monkeypatch.setattr(engine, "start_or_find", lambda workspace: fake)
    return fake
