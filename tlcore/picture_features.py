"""The features of all pictures of a dataset by a frozen backbone, as rows: found, taken over, or computed.

What is computed is kept where a training finds it, and the other way round.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from tlcore import datasets, feature_store, features, plans, prefixes
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import NotFound, WorkspaceError
from tlcore.features import View
from tlcore.plans import Plan
from tlcore.words import tr
from tlcore.workspace import Workspace

Floats = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]


def plan_of(workspace: Workspace, recipe: Recipe) -> Plan:
    """The plan of a recipe's backbone as it came, frozen whole, with a vector for each picture.

    The pooling is the recipe's, so that its cache serves; what is flattened there is averaged here. Raises
    RecipeError for a backbone that is not here.
    """
    pooling = "avg" if recipe.head.pooling == "flatten" else recipe.head.pooling
    plain = Recipe().with_changes(
        {"backbone": recipe.backbone.model_dump(mode="json"), "head.pooling": pooling, "seed": recipe.seed}
    )
    # Two classes: the output layer comes after the features.
    return plans.make(plain, classes=2, workspace=workspace)


def digest_of(workspace: Workspace, plan: Plan) -> str | None:
    """The name of the backbone's output, without Keras; None where its weights are not here."""
    return prefixes.known_digest(plan, 0, workspace.weights)


def kept(workspace: Workspace, dataset: Dataset, plan: Plan) -> Floats | None:
    """(n, width), one row per item, kept for this dataset or an earlier version; else None."""
    digest = digest_of(workspace, plan)
    if digest is None:
        return None
    view = View(fit=plan.recipe.backbone.fit)
    for other in (dataset, *ancestors(workspace, dataset)):
        rows = _gathered(workspace, dataset, other, digest, plan.image_size_px, view)
        if rows is not None:
            if other is not dataset:
                features.keep(workspace, dataset.items, digest, plan.image_size_px, rows, view)
            return rows
    return None


def are_kept(workspace: Workspace, dataset: Dataset, plan: Plan) -> bool:
    """Whether ``kept`` finds them, by a look at the disk."""
    digest = digest_of(workspace, plan)
    if digest is None:
        return False
    view = View(fit=plan.recipe.backbone.fit)
    return any(
        features.is_kept(workspace, other.items, digest, plan.image_size_px, view) and _holds(other, dataset)
        for other in (dataset, *ancestors(workspace, dataset))
    )


def _holds(other: Dataset, dataset: Dataset) -> bool:
    """Whether a version has all pictures of another."""
    return {item.sha256 for item in dataset.items} <= {item.sha256 for item in other.items}


def computed(workspace: Workspace, dataset: Dataset, plan: Plan, progress: Progress) -> tuple[Floats, bool]:
    """The rows by the network itself, and whether somebody else made them meanwhile: for a worker.

    Raises WeightsUnavailable or WorkspaceError.
    """
    from tlcore.models import Network

    network = Network(plan, workspace.weights)
    prefix = network.prefix(plan.phases[0])
    if prefix is None:
        raise NotFound(tr("This backbone has no features to compare pictures by."))
    view = View(fit=plan.recipe.backbone.fit)
    made = features.prepare(workspace, dataset, prefix, plan.image_size_px, view, progress)
    network.give_back()
    return features.rows_of(made), made.reused


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
    workspace: Workspace, dataset: Dataset, other: Dataset, digest: str, size_px: int, view: View
) -> Floats | None:
    """The rows of this dataset out of another's, if that has features of all of its pictures."""
    if not _holds(other, dataset):
        return None
    places = {item.sha256: row for row, item in enumerate(other.items)}
    found = features.find(workspace, other.items, digest, size_px, view)
    if found is None:
        return None
    rows = np.asarray(found.array[[places[item.sha256] for item in dataset.items]], np.float32)
    feature_store.done_with(found.use)
    return rows
