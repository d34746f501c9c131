"""Many people watch one run: what they see is found out once for all of them.

Each page looks once a second. The history is read on from where it ended, and only when it has grown; an
engine is asked at most once a second, whoever looks.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from tlcore import held_jobs, runs
from tlcore.curves import Ghost
from tlcore.engine import JobState
from tlcore.errors import ThawError
from tlcore.runs import Event, Progress, Run, Status
from tlcore.words import language, tr
from tlcore.workspace import Workspace, read_lines_from

FRESH_S = 1.0
REMEMBERED = 64


@dataclass(frozen=True)
class Place:
    """In the queue."""

    number: int
    """1: next."""
    running: tuple[str, ...]
    """The names of the runs that train now."""


@dataclass(frozen=True)
class Look:
    """A run at one moment. ``events`` is shared by all who look: it is not to be changed."""

    progress: Progress
    events: list[Event]
    place: Place | None
    """While it is queued, and the engine says where."""


def look(workspace: Workspace, run: Run) -> Look:
    """What a run is doing, at most a second old; what was just asked of it by ``jobs`` shows at once."""
    return _watched(workspace, run).look()


def earlier(workspace: Workspace, run: Run, most: int = 3) -> list[tuple[Run, list[Event]]]:
    """The newest runs on the same pictures that were made before this one and learned something."""
    found = []
    # By the time, since the names of two of one second do not tell.
    for other in sorted(runs.list_all(workspace), key=lambda one: one.created, reverse=True):
        if other.dataset_id != run.dataset_id or other.created >= run.created or other.id == run.id:
            continue
        events = _watched(workspace, other).history()
        if any(event["event"] == "epoch" for event in events):
            found.append((other, events))
        if len(found) == most:
            break
    return found


def ghosts(others: list[tuple[Run, list[Event]]]) -> tuple[Ghost, ...]:
    """Their curves, to be seen behind those of another run."""
    return tuple(Ghost(run.name, runs.progress(run, events, alive=False).epochs) for run, events in others)


@dataclass
class _Watched:
    """A run's history as far as it has been read, and what it amounted to."""

    workspace: Workspace
    run: Run
    guard: threading.Lock = field(default_factory=threading.Lock)
    events: list[Event] = field(default_factory=list)
    offset: int = 0
    seen: tuple[int, bool, str] | None = None
    """The size of the history, whether a stop was asked for, and the language, as ``last`` has them."""
    last: Look | None = None
    told_s: float = 0.0

    def look(self) -> Look:
        with self.guard:
            seen = (self._size(), self.run.stop_file.exists(), language())
            if self.last is None or seen != self.seen or not self._fresh(self.last):
                self.last = self._find_out()
                self.seen = seen
                self.told_s = time.monotonic()
            return self.last

    def history(self) -> list[Event]:
        with self.guard:
            self._read_on(self._size())
            return self.events

    def _fresh(self, last: Look) -> bool:
        # What is written to have ended has ended; that nobody works on it may change at any time.
        return bool(last.progress.final) or time.monotonic() - self.told_s < FRESH_S

    def _find_out(self) -> Look:
        self._read_on(self._size())
        progress = runs.progress(self.run, self.events, alive=True)
        if progress.status.final:
            return Look(progress, self.events, None)
        found = _jobs(self.workspace, self.run.job_key)
        # Read again after asking: the job may have ended between the first look and the question.
        self._read_on(self._size())
        progress = runs.progress(self.run, self.events, alive=found is None or self.run.job_key in found)
        queued = progress.status is Status.QUEUED and found is not None
        return Look(progress, self.events, self._place(found) if queued and found else None)

    def _place(self, found: dict[str, JobState]) -> Place | None:
        waiting = [key for key, state in found.items() if state is JobState.QUEUED]
        if self.run.job_key not in waiting:
            return None
        running = [key for key, state in found.items() if state is JobState.RUNNING]
        return Place(
            waiting.index(self.run.job_key) + 1, tuple(_name(self.workspace, key) for key in running)
        )

    def _read_on(self, size: int) -> None:
        if size < self.offset:
            # Another file: this one was deleted and brought back.
            self.events, self.offset = [], 0
        if size > self.offset:
            more, self.offset = read_lines_from(self.run.history_file, self.offset)
            # A new list: others still read the one that they were given.
            self.events = [*self.events, *more]

    def _size(self) -> int:
        try:
            return self.run.history_file.stat().st_size
        except OSError:
            return 0


def _name(workspace: Workspace, key: str) -> str:
    try:
        return runs.load(workspace, key.removeprefix("run-")).name
    except ThawError:
        return tr("another job")


_guard = threading.Lock()
_all_watched: OrderedDict[tuple[Path, str], _Watched] = OrderedDict()
_answers: dict[Path, tuple[float, dict[str, JobState] | None]] = {}


def _watched(workspace: Workspace, run: Run) -> _Watched:
    with _guard:
        key = (workspace.home, run.id)
        found = _all_watched.pop(key, None) or _Watched(workspace, run)
        _all_watched[key] = found
        while len(_all_watched) > REMEMBERED:
            _all_watched.popitem(last=False)
        return found


def _jobs(workspace: Workspace, key: str) -> dict[str, JobState] | None:
    """The jobs of the engine; None when it is there but does not answer: it may still train.

    An answer without this job is asked for anew: it may be older than the job.
    """
    asked_s, answer = _answers.get(workspace.home, (-FRESH_S, None))
    if answer is not None and key in answer and time.monotonic() - asked_s < FRESH_S:
        return answer
    answer = held_jobs.all_held(workspace)
    _answers[workspace.home] = (time.monotonic(), answer)
    return answer
