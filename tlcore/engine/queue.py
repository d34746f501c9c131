"""Who is next: a queue that is fair between people and lets quick jobs pass, without starving long ones."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

QUICK_IN_A_ROW = 4
"""So many quick jobs may pass a waiting long one before it is its turn."""


class Priority(StrEnum):
    QUICK = "quick"
    """Seconds to a few minutes: a head on features that are there already, a measurement."""
    LIGHT = "light"
    """Needs no TensorFlow: pictures to take in. Thaw's own engine runs it beside its workers; a cluster as a
    quick one."""
    LONG = "long"
    """Anything else: features to compute, layers to fine-tune."""


@dataclass(frozen=True)
class Job:
    key: str
    owner: str
    priority: Priority
    reference: str
    """``module:name`` of the function."""
    arguments: bytes
    """Its arguments, pickled."""


class JobQueue:
    """The jobs that wait. ``order`` is what ``take`` follows: what a page shows is what happens."""

    def __init__(self) -> None:
        # By key, in the order in which they came.
        self._jobs: dict[str, Job] = {}
        self._turns = _Turns()
        self._order: tuple[Job, ...] | None = ()

    def put(self, job: Job) -> None:
        self._jobs[job.key] = job
        self._order = None

    def put_back(self, job: Job) -> None:
        """One that was taken and could not be started: it has not had its turn."""
        self._jobs = {job.key: job, **self._jobs}
        self._turns.give_back(job)
        self._order = None

    def take(self) -> Job | None:
        """The next job, which leaves the queue; None when nobody waits."""
        if not self._jobs:
            return None
        job, *rest = self.order()
        self._turns.note(job, any(other.priority is Priority.LONG for other in rest))
        del self._jobs[job.key]
        self._order = tuple(rest)
        return job

    def remove(self, key: str) -> bool:
        """True when it waited."""
        if key not in self._jobs:
            return False
        del self._jobs[key]
        self._order = None
        return True

    def order(self) -> tuple[Job, ...]:
        """All that wait, in the order in which they will run if no others come. Kept until it changes."""
        if self._order is None:
            self._order = self._turns.play(self._jobs.values())
        return self._order


@dataclass
class _Turns:
    """Who has had a turn when: the owner whose last turn is longest ago is next."""

    turn: int = 0
    last: dict[str, int] = field(default_factory=dict)
    """By owner."""
    quick_in_a_row: int = 0
    """Quick jobs that have passed a long one since a long one last started."""

    def play(self, jobs: Iterable[Job]) -> tuple[Job, ...]:
        """The order of these jobs, given in the order in which they came. Changes nothing."""
        turns = _Turns(self.turn, dict(self.last), self.quick_in_a_row)
        lanes: dict[Priority, dict[str, deque[Job]]] = {priority: {} for priority in Priority}
        for job in jobs:
            lane = Priority.LONG if job.priority is Priority.LONG else Priority.QUICK
            lanes[lane].setdefault(job.owner, deque()).append(job)
        order = []
        while any(lanes.values()):
            job = turns._next(lanes)
            turns.note(job, a_long_one_waits=bool(lanes[Priority.LONG]))
            order.append(job)
        return tuple(order)

    def note(self, job: Job, a_long_one_waits: bool) -> None:
        """A job has been taken out of the queue."""
        self.turn += 1
        self.last[job.owner] = self.turn
        passed = job.priority is not Priority.LONG and a_long_one_waits
        self.quick_in_a_row = self.quick_in_a_row + 1 if passed else 0

    def give_back(self, job: Job) -> None:
        self.last.pop(job.owner, None)

    def _next(self, lanes: dict[Priority, dict[str, deque[Job]]]) -> Job:
        quick, long = lanes[Priority.QUICK], lanes[Priority.LONG]
        lane = long if not quick or (long and self.quick_in_a_row >= QUICK_IN_A_ROW) else quick
        # Of several who have had no turn yet, the one who came first: min takes the first.
        owner = min(lane, key=lambda owner: self.last.get(owner, 0))
        job = lane[owner].popleft()
        if not lane[owner]:
            del lane[owner]
        return job
