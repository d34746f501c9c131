"""What an engine says of itself."""

from dataclasses import dataclass
from enum import StrEnum


class JobState(StrEnum):
    """A job that the engine does not list has ended, or never came: its run folder knows which."""

    QUEUED = "queued"
    RUNNING = "running"


@dataclass(frozen=True)
class WorkerStatus:
    pid: int
    memory_bytes: int
    job: str | None
    """Key of the job that it runs."""


@dataclass(frozen=True)
class EngineStatus:
    pid: int
    started: str
    """ISO 8601, UTC."""
    workers: tuple[WorkerStatus, ...]
    """Empty for a moment while a worker that died is replaced."""
    jobs: dict[str, JobState]
    """By key: the running one first, then the queued ones in the order in which they will run."""
