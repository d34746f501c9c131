"""What the pictures of a run are seen through: the last features of its network, a vector for each picture.

Where the backbone stays frozen in every phase these are the backbone's own, shared by all runs on it and
found in the cache of their trainings. A run that trained layers of it has features of its own: what goes into
the head of its finished model.
"""

import hashlib
import json
from dataclasses import dataclass

from tlcore import features, picture_features, plans, runtimes
from tlcore.datasets import Dataset
from tlcore.errors import ModelFileError, RecipeError, RunError
from tlcore.features import View
from tlcore.picture_features import Floats, Progress
from tlcore.plans import Plan
from tlcore.recipe_parts import Fit
from tlcore.runs import Run
from tlcore.workspace import Workspace, stamp

# Part of the names of a run's own features: raise it when the same model would give other numbers.
_CODE_VERSION = 1


@dataclass(frozen=True)
class Lens:
    digest: str
    """Names the network up to its features."""
    image_size_px: int
    fit: Fit
    plan: Plan | None
    """Of the frozen backbone; None where the run has features of its own."""

    def key(self, dataset: Dataset) -> str:
        """Names what is known of a dataset through this lens."""
        pictures = features.features_key(dataset.items, self.digest, self.image_size_px, View(fit=self.fit))
        return f"{dataset.id}-{pictures[:16]}"


def of(workspace: Workspace, run: Run) -> Lens:
    """Without Keras. Raises RunError for a run whose model cannot be used."""
    fit = run.recipe.backbone.fit
    plan = None if run.imported_file.is_file() else _frozen(workspace, run)
    digest = picture_features.digest_of(workspace, plan) if plan else None
    # The model of the run holds all the weights, also those that are not here any more.
    if plan is None or digest is None:
        return Lens(_own_digest(run), _own_size_px(run), fit, None)
    return Lens(digest, plan.image_size_px, fit, plan)


def _frozen(workspace: Workspace, run: Run) -> Plan | None:
    """The plan of the backbone, if it is here and no phase trained any of its layers."""
    try:
        plan = plans.make(
            run.recipe, len(run.classes), several_labels=run.several_labels, workspace=workspace
        )
    except (RecipeError, ModelFileError):
        return None  # A backbone of one's own that was deleted.
    if any(phase.frozen_layers < len(plan.layers) for phase in plan.phases):
        return None
    return picture_features.plan_of(workspace, run.recipe)


def _own_digest(run: Run) -> str:
    # A run that was extended has another model.
    parts = ["what goes into the head", _CODE_VERSION, run.id, stamp(run.model_file)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _own_size_px(run: Run) -> int:
    record = runtimes.read_record(run)
    if not record.image_size_px:
        raise RunError(record.sentence)
    return record.image_size_px


def kept(workspace: Workspace, lens: Lens, dataset: Dataset) -> Floats | None:
    """(n, width), one row per item of the dataset; None where they are not kept."""
    if lens.plan is not None:
        return picture_features.kept(workspace, dataset, lens.plan)
    found = features.find(workspace, dataset.items, lens.digest, lens.image_size_px, View(fit=lens.fit))
    return features.rows_of(found) if found is not None else None


def is_kept(workspace: Workspace, lens: Lens, dataset: Dataset) -> bool:
    """Whether ``kept`` finds them, by a look at the disk."""
    if lens.plan is not None:
        return picture_features.are_kept(workspace, dataset, lens.plan)
    return features.is_kept(workspace, dataset.items, lens.digest, lens.image_size_px, View(fit=lens.fit))


def rows(workspace: Workspace, run: Run, lens: Lens, dataset: Dataset, progress: Progress) -> Floats:
    """The same, computed here if need be: for a worker. Raises RunError, WorkspaceError and such."""
    found = kept(workspace, lens, dataset)
    if found is not None:
        return found
    if lens.plan is not None:
        return picture_features.computed(workspace, dataset, lens.plan, progress)[0]
    from tlcore.atlas import own_features

    prefix = own_features.prefix(run, lens.digest)
    made = features.prepare(workspace, dataset, prefix, lens.image_size_px, View(fit=lens.fit), progress)
    return features.rows_of(made)
