"""The job engine: a process of its own that runs trainings and outlives whoever started it.

    client ── TLS ──> scheduler (the queue) ──> nannies ──> workers (TensorFlow warm, one job at a time)

Importing this is light; ``distributed`` is imported by the first question asked of an engine.
"""

from tlcore.engine.client import Engine
from tlcore.engine.finding import find, start_or_find
from tlcore.engine.queue import Priority
from tlcore.engine.status import EngineStatus, JobState, WaitingJob, WorkerStatus

__all__ = [
    "Engine",
    "EngineStatus",
    "JobState",
    "Priority",
    "WaitingJob",
    "WorkerStatus",
    "find",
    "start_or_find",
]
