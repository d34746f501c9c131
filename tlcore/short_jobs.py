"""A short job of a worker that somebody waits for; its answer comes through files."""

import time
from collections.abc import Callable
from enum import Enum, auto

from tlcore.engine import Engine, Priority

WAIT_S = 600
_POLL_S = 0.05


class Outcome(Enum):
    ENDED = auto()
    LOST = auto()
    """Its worker was ended before it could answer."""
    NOT_BEGUN = auto()
    """It waited behind others, too long, and was taken out of the queue."""
    NOT_ENDED = auto()
    """It began, and took too long."""


def others_in_the_way(crew: Engine, ours: str = "") -> list[str]:
    """Keys of the jobs behind which a short one would wait; none as long as a worker is free.

    ``ours``: how the keys begin of those that are over in a moment.
    """
    status = crew.status()
    # Light jobs have processes of their own, except in a cluster.
    beside = {errand.job for errand in status.errands}
    if beside:
        beside |= {waiting.job for waiting in status.queue if waiting.priority is Priority.LIGHT}
    others = [key for key in status.jobs if key not in beside and not (ours and key.startswith(ours))]
    return others if len(others) >= len(status.workers) else []


def run(
    crew: Engine,
    key: str,
    function: Callable[..., object],
    *args: object,
    ended: Callable[[], bool],
    wait_s: float = WAIT_S,
) -> Outcome:
    """Queue a call and wait until ``ended`` says that its answer is there. Raises EngineError."""
    crew.submit(key, function, *args, priority=Priority.QUICK)
    deadline = time.monotonic() + wait_s
    while not ended():
        if key not in crew.jobs():
            # It may have ended between the two looks.
            return Outcome.ENDED if ended() else Outcome.LOST
        if time.monotonic() > deadline:
            return Outcome.NOT_BEGUN if crew.cancel(key) else Outcome.NOT_ENDED
        time.sleep(_POLL_S)
    return Outcome.ENDED
