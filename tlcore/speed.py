"""How long a finished run takes for one picture: measured in a process of the engine, and kept with the run.

Measured is what predicts here, the converted graph, with a picture of its size in memory: without reading,
decoding and shrinking a file, which is the same for all runs.
"""

import contextlib
import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tlcore import runs, runtimes
from tlcore.asked import Question, Standing, Tell
from tlcore.engine import Priority
from tlcore.errors import RunError, WorkspaceError
from tlcore.runs import Run
from tlcore.workspace import Workspace, read_json, stamp, write_json

__all__ = ["ROUNDS", "can_be_measured", "known_ms", "look", "measure_job", "start"]

ROUNDS = 30
"""The fastest of these counts: whatever else goes on only makes it slower (Python's timeit says the same)."""
# They make things ready.
_WARM_UP = 3


def known_ms(run: Run) -> float | None:
    """Milliseconds for a picture; None where that was not measured since the model was made."""
    with contextlib.suppress(WorkspaceError, KeyError, TypeError, ValueError):
        told = read_json(_file(run))
        if told["graph"] == _version(run):
            return float(told["milliseconds"])
    return None


def can_be_measured(workspace: Workspace, run: Run) -> bool:
    """Whether it has a graph that predicts here; without one Keras does, in a worker."""
    try:
        runtimes.graph_files(workspace, run)
        return True
    except (RunError, WorkspaceError):
        return False


def start(workspace: Workspace, chosen: Sequence[Run], *, owner: str = "") -> None:
    """Have those measured that are not known, unless that goes on. Raises WorkspaceError, EngineError."""
    ids = [run.id for run in chosen]
    # A process of its own, which needs no TensorFlow and waits behind no training.
    _question(workspace, chosen).start(
        measure_job, str(workspace.home), *ids, owner=owner, priority=Priority.LIGHT
    )


def look(workspace: Workspace, chosen: Sequence[Run]) -> Standing:
    """How the measuring of these runs stands. Fast: for a page that looks again every second."""
    return _question(workspace, chosen).look()


def measure_job(home: str, *run_ids: str) -> None:
    """The job. However it ends is written."""
    workspace = Workspace(Path(home))
    chosen = [runs.load(workspace, id) for id in run_ids]

    def make(tell: Tell) -> None:
        wanted = [run for run in chosen if known_ms(run) is None]
        for done, run in enumerate(wanted):
            tell("measuring", done, len(wanted))
            _keep(workspace, run)

    _question(workspace, chosen).answer(make)


def _keep(workspace: Workspace, run: Run) -> None:
    version = _version(run)
    told = {"milliseconds": round(_milliseconds(workspace, run), 3), "graph": version}
    # One that is deleted meanwhile is not to come to life again.
    with contextlib.suppress(FileNotFoundError):
        write_json(_file(run), told, make_folder=False)


def _milliseconds(workspace: Workspace, run: Run) -> float:
    """Raises RunError for a run without a graph that can be trusted."""
    graph, record = runtimes.open_graph(workspace, run)
    side = record.image_size_px
    pixels = np.random.default_rng(0).integers(0, 256, (1, side, side, 3), np.uint8)
    times = []
    for _ in range(_WARM_UP + ROUNDS):
        started_s = time.perf_counter()
        graph.run(pixels)
        times.append(1000 * (time.perf_counter() - started_s))
    return min(times[_WARM_UP:])


def _file(run: Run) -> Path:
    return run.folder / "speed.json"


def _version(run: Run) -> list[Any] | None:
    """Tells a graph from the one of the same run before it was trained on."""
    found = stamp(run.folder / "graph.json")
    return None if found is None else list(found)


def _question(workspace: Workspace, chosen: Sequence[Run]) -> Question:
    ids = sorted(run.id for run in chosen)
    named = hashlib.sha256(" ".join(ids).encode()).hexdigest()[:16]
    return Question(
        workspace,
        workspace.home / "measuring",
        named,
        f"speed-{named}",
        lambda: all(known_ms(run) is not None for run in chosen),
    )
