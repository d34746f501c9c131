"""How much of the machine others used meanwhile: what was measured beside them is not to be believed."""

import os
import time

import psutil

# Above this share, a table says so.
MUCH = 0.1


class Watch:
    """Looks at the processors from its making on."""

    def __init__(self) -> None:
        self._since = _now()

    def others(self) -> float:
        """Share of the processors that processes other than this one and its ended children used since."""
        wall_s, busy_s, own_s = (now - then for now, then in zip(_now(), self._since, strict=True))
        share = (busy_s - own_s) / max(wall_s * (os.cpu_count() or 1), 1e-9)
        return round(min(max(share, 0.0), 1.0), 3)


def _now() -> tuple[float, float, float]:
    """Seconds on the clock, of all processors at work, and of this process and its ended children."""
    times, own = psutil.cpu_times(), os.times()
    busy_s = times.user + times.system + getattr(times, "nice", 0.0)
    return time.monotonic(), busy_s, own.user + own.system + own.children_user + own.children_system
