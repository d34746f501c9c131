"""The features of all pictures of a dataset, found or made: those a training of the default recipe uses."""

from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.health import by_graph
from tlcore.picture_features import Floats, Progress, ancestors, plan_of
from tlcore.picture_features import computed as _computed
from tlcore.picture_features import kept as _kept
from tlcore.workspace import Workspace

__all__ = ["Progress", "ancestors", "features_of"]


def features_of(workspace: Workspace, dataset: Dataset, progress: Progress) -> tuple[Floats, bool]:
    """(n, width), one row per item, and whether they were there already, here or at an earlier version.

    What is computed is kept where a training finds it. Raises WeightsUnavailable or WorkspaceError.
    """
    plan = plan_of(workspace, Recipe())
    if (found := _kept(workspace, dataset, plan)) is not None:
        return found, True
    if (found := by_graph.rows(workspace, dataset, progress)) is not None:
        return found, False
    return _computed(workspace, dataset, plan, progress)
