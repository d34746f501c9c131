"""What the engine holds: a job that it does not hold, and that did not tell its end, was interrupted."""

from tlcore import engine
from tlcore.engine import JobState
from tlcore.errors import EngineError
from tlcore.workspace import Workspace


def all_held(workspace: Workspace) -> dict[str, JobState] | None:
    """All jobs that wait or run, by key; none where there is no engine.

    None itself: an engine is there but does not answer, and may still be at work on any.
    """
    try:
        crew = engine.find(workspace)
        return crew.jobs() if crew is not None else {}
    except EngineError:
        return None if engine.find(workspace) is not None else {}


def holds(workspace: Workspace, key: str) -> bool:
    jobs = all_held(workspace)
    return jobs is None or key in jobs
