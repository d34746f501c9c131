"""What the environment says about an engine. Each raises EngineError for a value that cannot be."""

import math
import os

from tlcore.errors import EngineError
from tlcore.words import tr


def workers() -> int:
    """``THAW_WORKERS``: how many jobs an engine runs at the same time, each in a process of its own."""
    return _whole("THAW_WORKERS", os.environ.get("THAW_WORKERS"), 1)


def jobs_per_person() -> int:
    """``THAW_JOBS_PER_PERSON``: how many jobs of one person may wait and run at the same time."""
    return _whole("THAW_JOBS_PER_PERSON", os.environ.get("THAW_JOBS_PER_PERSON"), 20)


def idle_limit_s() -> float:
    """``THAW_ENGINE_IDLE_S``: seconds without any job after which the engine ends by itself."""
    given = os.environ.get("THAW_ENGINE_IDLE_S") or "900"
    try:
        value = float(given)
    except ValueError:
        value = math.nan
    if not value > 0:
        raise EngineError(
            tr("THAW_ENGINE_IDLE_S is a number of seconds above 0. Received: {given!r}", given=given)
        )
    return value


def _whole(name: str, given: str | None, default: int) -> int:
    """A whole number of at least 1."""
    if not given:
        return default
    try:
        value = int(given)
    except ValueError:
        value = 0
    if value < 1:
        raise EngineError(
            tr("{name} is a whole number of at least 1. Received: {given!r}", name=name, given=given)
        )
    return value
