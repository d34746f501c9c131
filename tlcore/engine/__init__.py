"""The job engine: a process of its own that runs one training at a time and outlives whoever started it.

    client ── TLS on loopback ──> scheduler (the queue) ──> nanny ──> worker (TensorFlow warm)

Importing this is light; ``distributed`` is imported by the first question asked of an engine.
"""

from tlcore.engine.client import Engine, find, start_or_find
from tlcore.engine.status import EngineStatus, JobState, WorkerStatus

__all__ = ["Engine", "EngineStatus", "JobState", "WorkerStatus", "find", "start_or_find"]
