"""The default backbone's features by its converted graph, where that is kept: for a process without Keras."""

import numpy as np
import numpy.typing as npt

from tlcore import features, own_process, picture_features, runtimes
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.picture_features import Progress
from tlcore.plans import Plan
from tlcore.workspace import Workspace

Floats = npt.NDArray[np.float32]


def is_enough(workspace: Workspace, dataset: Dataset) -> bool:
    """Whether no network has to be built: its features of these pictures are kept, or its graph is."""
    plan, digest = _default(workspace)
    if digest is None:
        return False
    return runtimes.prefix_is_converted(workspace, digest) or picture_features.are_kept(
        workspace, dataset, plan
    )


def rows(workspace: Workspace, dataset: Dataset, progress: Progress) -> Floats | None:
    """(n, width), kept where a training finds them. None in a worker, which has Keras, or without a graph.

    Raises WorkspaceError when they cannot be kept.
    """
    plan, digest = _default(workspace)
    if digest is None or not own_process.is_for_one_job():
        return None
    made = features.prepare_by_graph(workspace, dataset, digest, plan.image_size_px, progress=progress)
    return features.rows_of(made) if made is not None else None


def _default(workspace: Workspace) -> tuple[Plan, str | None]:
    plan = picture_features.plan_of(workspace, Recipe())
    return plan, picture_features.digest_of(workspace, plan)
