"""Asking for an atlas, and what there is of it: for pages and commands, without Keras."""

from collections.abc import Callable
from dataclasses import dataclass

from tlcore import datasets, held_jobs
from tlcore.asked import Stage, Standing
from tlcore.atlas import job, lens, store
from tlcore.atlas.projections import Projected, Projection
from tlcore.atlas.store import Atlas
from tlcore.datasets import Dataset
from tlcore.engine import Priority
from tlcore.errors import RunError
from tlcore.runs import Run
from tlcore.workspace import Workspace


@dataclass(frozen=True)
class Charted:
    """A run's pictures with all that is known of where they stand; rows as the dataset's items."""

    dataset: Dataset
    atlas: Atlas
    projected: Projected
    own: bool
    """Whether the features are those of the run's own, trained layers."""


def look(workspace: Workspace, run: Run, projection: Projection | None) -> Standing:
    """Where the making of a projection stands; of None, of what the nearest of a new picture need.

    Raises NotFound where the pictures are gone, RunError.
    """
    dataset = datasets.load(workspace, run.dataset_id)
    return job.question(workspace, lens.of(workspace, run), dataset, projection).look()


def is_quick(workspace: Workspace, run: Run) -> bool:
    """Whether the features are there, so that no network has to look at the pictures."""
    dataset = datasets.load(workspace, run.dataset_id)
    return lens.is_kept(workspace, lens.of(workspace, run), dataset)


def is_under_way(workspace: Workspace, dataset_id: str) -> bool:
    """Whether anything is being made of a dataset, or may be: an engine may not answer."""
    jobs = held_jobs.all_held(workspace)
    return jobs is None or any(key.startswith(f"{job.KEY}{dataset_id}-") for key in jobs)


def start(workspace: Workspace, run: Run, projection: Projection | None, *, owner: str = "") -> None:
    """Have it made, unless it is being made. Raises WorkspaceError, EngineError, RunError."""
    dataset = datasets.load(workspace, run.dataset_id)
    seen = lens.of(workspace, run)
    # Without need of TensorFlow, which UMAP loads though it does not use it, nobody waits behind a training.
    light = lens.is_kept(workspace, seen, dataset) and projection is not Projection.UMAP
    priority = Priority.LIGHT if light else Priority.QUICK
    job.question(workspace, seen, dataset, projection).start(
        job.atlas_job, str(workspace.home), run.id, job.name_of(projection), owner=owner, priority=priority
    )


def wait(
    workspace: Workspace, run: Run, projection: Projection | None, tell: Callable[[Stage | None], None]
) -> None:
    """Have it made if need be, and wait. Raises RunError with the reason when it cannot be had."""
    dataset = datasets.load(workspace, run.dataset_id)
    asked = job.question(workspace, lens.of(workspace, run), dataset, projection)
    failure = asked.wait(job.atlas_job, str(workspace.home), run.id, job.name_of(projection), tell=tell)
    if failure is not None:
        raise RunError(failure)


def read(workspace: Workspace, run: Run, projection: Projection) -> Charted | None:
    """None where it was not made yet. Raises NotFound where the pictures are gone, RunError."""
    dataset = datasets.load(workspace, run.dataset_id)
    seen = lens.of(workspace, run)
    key = seen.key(dataset)
    atlas = store.load(workspace, key)
    projected = store.load_projection(workspace, key, projection)
    if atlas is None or projected is None:
        return None
    return Charted(dataset, atlas, projected, seen.plan is None)


def key_of(workspace: Workspace, run: Run) -> str:
    """Names what a run sees in its pictures; another one after it was extended."""
    return lens.of(workspace, run).key(datasets.load(workspace, run.dataset_id))


def atlas_of(workspace: Workspace, run: Run) -> tuple[Dataset, Atlas] | None:
    """The dataset and its atlas, whatever projections there are."""
    dataset = datasets.load(workspace, run.dataset_id)
    atlas = store.load(workspace, lens.of(workspace, run).key(dataset))
    return None if atlas is None else (dataset, atlas)
