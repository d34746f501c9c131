"""All runs with what became of them: the engine is asked once for all, and what has ended is read once.

A run that ended is known by the stamps of its files: hundreds of them cost little more than a look at each.
"""

import functools
from dataclasses import dataclass

from tlcore import held_jobs, measures, runs, sizes, words
from tlcore.datasets import Split
from tlcore.errors import NotFound
from tlcore.runs import Progress, Run
from tlcore.workspace import Stamp, Workspace, stamp


@dataclass(frozen=True)
class Line:
    """A run in a list of runs."""

    run: Run
    progress: Progress
    shares: dict[Split, float]
    """How good it is, by the measure of ``measures.name``; empty without a result."""
    size_bytes: int

    @property
    def seconds(self) -> float | None:
        """What the training took."""
        total = self.progress.final.get("seconds", {}).get("total")
        return None if total is None else float(total)


def lines(workspace: Workspace) -> list[Line]:
    """Of the readable runs, the newest first."""
    found = {run.id: _as_if_left(workspace, run) for run in runs.list_all(workspace)}
    unfinished = [line.run for line in found.values() if line and not line.progress.final]
    if unfinished:
        keys = held_jobs.all_held(workspace)
        for run in unfinished:
            # Read again after asking: it may have ended between the first look and the question.
            held = keys is None or run.job_key in keys
            found[run.id] = _under_way(run) if held else _as_if_left(workspace, run)
    return [line for line in found.values() if line]


def _under_way(run: Run) -> Line:
    progress = runs.progress(run, run.events(), alive=True)
    return Line(run, progress, measures.shares(run, progress), sizes.size_of(run.folder))


def _as_if_left(workspace: Workspace, run: Run) -> Line | None:
    """A run that nobody works on; None for one that was deleted meanwhile."""
    names = ("history.jsonl", "evaluation.json", "checkpoints", "exports", "")
    stamps = tuple(stamp(run.folder / name) for name in names)
    try:
        return Line(run, *_read(workspace, run.id, stamps, words.language()))
    except NotFound:
        return None


@functools.lru_cache(maxsize=2048)
def _read(
    workspace: Workspace, run_id: str, stamps: tuple[Stamp | None, ...], _language: str
) -> tuple[Progress, dict[Split, float], int]:
    """``stamps``: of the files it is read from, by which another content is told. The progress has words."""
    run = runs.load(workspace, run_id)
    progress = runs.progress(run, run.events(), alive=False)
    return progress, measures.shares(run, progress), sizes.size_of(run.folder)
