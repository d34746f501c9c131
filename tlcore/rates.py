"""How fast this machine is: measured once, and refined by every run. Kept in ``rates.json``."""

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from tlcore.errors import WorkspaceError
from tlcore.workspace import Workspace, read_json, write_json

log = logging.getLogger(__name__)

# How much a new measurement counts against what was known: machines are busy at times.
_NEWEST = 0.5
_MATRIX = 1536
_REPEATS = 3


def peak_gflops(workspace: Workspace) -> float:
    """Billions of float32 operations a second in a large matrix product. Measured at first use, then kept."""
    known = _read(workspace).get("peak")
    if isinstance(known, float) and known > 0:
        return known
    measured = measure_peak()
    _change(workspace, lambda known: {"peak": measured})
    return measured


def measure_peak() -> float:
    """The best of a few products, since others may be at work on this machine."""
    matrix = np.random.default_rng(0).random((_MATRIX, _MATRIX), np.float32)
    best_s = float("inf")
    for _ in range(_REPEATS):
        started_s = time.perf_counter()
        matrix @ matrix
        best_s = min(best_s, time.perf_counter() - started_s)
    return 2 * _MATRIX**3 / best_s / 1e9


def learned(workspace: Workspace, what: str) -> float | None:
    """A number that runs have measured before; None when none has."""
    found = _read(workspace).get(what)
    return float(found) if isinstance(found, int | float) and found > 0 else None


def learn(workspace: Workspace, measured: Mapping[str, float]) -> None:
    """Take new measurements in; what was known counts for a half of the next."""
    _change(
        workspace, lambda known: {what: _mixed(known.get(what), value) for what, value in measured.items()}
    )


def _mixed(before: Any, value: float) -> float:
    if isinstance(before, int | float) and before > 0:
        return (1 - _NEWEST) * before + _NEWEST * value
    return value


def _file(workspace: Workspace) -> Path:
    return workspace.home / "rates.json"


def _read(workspace: Workspace) -> dict[str, Any]:
    try:
        found = read_json(_file(workspace))
    except WorkspaceError:
        return {}  # Not there yet, or damaged: it is measured again.
    return found if isinstance(found, dict) else {}


def _change(workspace: Workspace, news: Callable[[dict[str, Any]], Mapping[str, float]]) -> None:
    """``news`` makes new numbers of those that are known, which nobody else changes meanwhile."""
    try:
        workspace.home.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{_file(workspace)}.lock"):
            known = _read(workspace)
            write_json(_file(workspace), known | dict(news(known)))
    except (OSError, WorkspaceError):
        # An estimate is not worth a run.
        log.warning("rates.json could not be written", exc_info=True)
