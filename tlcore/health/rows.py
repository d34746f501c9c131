"""The features of all pictures of a dataset, found or made: those a training of the default recipe uses."""

from collections.abc import Callable, Iterator

import numpy as np

from tlcore import datasets, features, plans, prefixes
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import NotFound, WorkspaceError
from tlcore.health.similarity import Floats
from tlcore.workspace import Workspace

Progress = Callable[[int, int], None]


def features_of(workspace: Workspace, dataset: Dataset, progress: Progress) -> tuple[Floats, bool]:
    """(n, width), one row per item, and whether they were there already, here or at an earlier version.

    What is computed is kept where a training finds it. Raises WeightsUnavailable or WorkspaceError.
    """
    # Two classes: the output layer comes after the features.
    plan = plans.make(Recipe(), classes=2, workspace=workspace)
    digest = prefixes.known_digest(plan, 0, workspace.weights)
    if digest is not None:
        for other in (dataset, *ancestors(workspace, dataset)):
            rows = _gathered(workspace, dataset, other, digest, plan.image_size_px)
            if rows is not None:
                if other is not dataset:
                    features.keep(workspace, dataset.items, digest, plan.image_size_px, rows)
                return rows, True
    return _computed(workspace, dataset, plan, progress)


def ancestors(workspace: Workspace, dataset: Dataset) -> Iterator[Dataset]:
    """The versions before this one, the latest first, as far as they are still there."""
    found = dataset
    while found.parent:
        try:
            found = datasets.load(workspace, found.parent)
        except WorkspaceError:
            return
        yield found


def _gathered(
    workspace: Workspace, dataset: Dataset, other: Dataset, digest: str, size_px: int
) -> Floats | None:
    """The rows of this dataset out of another's, if that has features of all of its pictures."""
    places = {item.sha256: row for row, item in enumerate(other.items)}
    if any(item.sha256 not in places for item in dataset.items):
        return None
    kept = features.find(workspace, other.items, digest, size_px)
    if kept is None:
        return None
    return np.asarray(kept.array[[places[item.sha256] for item in dataset.items]], np.float32)


def _computed(
    workspace: Workspace, dataset: Dataset, plan: plans.Plan, progress: Progress
) -> tuple[Floats, bool]:
    from tlcore.models import Network

    network = Network(plan, workspace.weights)
    prefix = network.prefix(plan.phases[0])
    if prefix is None:
        raise NotFound("The default recipe has no features to compare pictures by.")
    made = features.prepare(workspace, dataset, prefix, plan.image_size_px, progress=progress)
    network.give_back()
    return np.array(made.array, np.float32), made.reused
