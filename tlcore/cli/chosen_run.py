"""The run that a command is about, and its figures."""

from typing import Any

from tlcore import measures, runs
from tlcore.datasets import Split
from tlcore.errors import NotFound
from tlcore.runs import Progress, Run
from tlcore.workspace import Workspace


def find_run(workspace: Workspace, id: str) -> Run:
    """By id; ``latest`` is the newest that has a model. Raises NotFound, WorkspaceError."""
    if id != "latest":
        return runs.load(workspace, id)
    newest = runs.newest_with_model(workspace)
    if newest is None:
        raise NotFound("There is no finished run yet. Train one: thaw train FOLDER.")
    return newest


def figures(run: Run, progress: Progress, shares: dict[Split, float] | None = None) -> dict[str, Any]:
    """How good a run is, as JSON tells it: Keras' accuracy, and the measure by which runs are compared.

    ``shares``: of ``measures``, where they are known already.
    """
    if shares is None:
        shares = measures.shares(run, progress)
    return {
        "val_accuracy": progress.final.get("val_accuracy"),
        "test_accuracy": progress.final.get("test_accuracy"),
        "measure": measures.name(run),
        "validation": shares.get(Split.VAL),
        "test": shares.get(Split.TEST),
    }
