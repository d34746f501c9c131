"""An engine for tests of short jobs: the real one has tests of its own."""

import threading
from collections.abc import Callable
from types import SimpleNamespace

from tlcore.engine import JobState, Priority


class FakeEngine:
    """Runs a job in a thread, or never, or loses it as a killed worker does."""

    def __init__(self) -> None:
        self.queue: dict[str, JobState] = {}
        self.does = "run"
        self.cancelled: list[str] = []

    def submit(self, key: str, function: Callable[..., object], *args: object, priority: Priority) -> None:
        # Somebody waits for it in front of a page.
        assert priority is Priority.QUICK
        if self.does == "lose":
            return
        self.queue[key] = JobState.QUEUED
        if self.does == "run":
            threading.Thread(target=self._run, args=(key, function, *args)).start()

    def _run(self, key: str, function: Callable[..., object], *args: object) -> None:
        function(*args)
        del self.queue[key]

    def jobs(self) -> dict[str, JobState]:
        return dict(self.queue)

    def status(self) -> SimpleNamespace:
        return SimpleNamespace(workers=("the only one",))

    def cancel(self, key: str) -> bool:
        self.cancelled.append(key)
        return self.queue.pop(key, None) is JobState.QUEUED
