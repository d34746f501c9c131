"""What an engine says of itself."""

from dataclasses import dataclass
from enum import StrEnum

from tlcore.engine.queue import Priority


class JobState(StrEnum):
    """A job that the engine does not list has ended, or never came: its run folder knows which."""

    QUEUED = "queued"
    RUNNING = "running"


@dataclass(frozen=True)
class WorkerStatus:
    address: str
    pid: int
    """On its own machine."""
    memory_bytes: int
    silent_s: float
    """Seconds since its last sign of life; one that works well gives several a second, or every few seconds
    in a large cluster."""
    job: str | None
    """Key of the job that it runs."""
    helps: str | None = None
    """Key of another worker's job that it helps, since no job waits."""


@dataclass(frozen=True)
class WaitingJob:
    job: str
    """Its key."""
    owner: str
    """Who gave it; empty when nobody was named."""
    priority: Priority


@dataclass(frozen=True)
class EngineStatus:
    address: str
    pid: int
    """On its own machine."""
    started: str
    """ISO 8601, UTC."""
    workers: tuple[WorkerStatus, ...]
    """One that died is missing for a moment, until it is replaced."""
    errands: tuple[WorkerStatus, ...]
    """Processes that run a light job each, and end with it."""
    jobs: dict[str, JobState]
    """By key: the running ones first, then the queued ones in the order in which they will run."""
    queue: tuple[WaitingJob, ...]
    """In the order in which they will run."""
