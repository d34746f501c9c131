"""The atlas made: a job of the engine's worker, whose answer lies in the workspace."""

import logging
from pathlib import Path

import numpy as np

from tlcore import datasets, runs
from tlcore.asked import Question, Tell
from tlcore.atlas import lens, neighbours, projections, reach, store
from tlcore.atlas.lens import Lens
from tlcore.atlas.projections import Projection
from tlcore.atlas.store import Atlas
from tlcore.datasets import Dataset, Split
from tlcore.errors import ThawError
from tlcore.picture_features import Floats
from tlcore.runs import Run
from tlcore.workspace import Workspace

log = logging.getLogger(__name__)

KEY = "atlas-"
"""How the keys of its jobs begin; the id of the dataset follows."""


def name_of(projection: Projection | None) -> str:
    return "nearest" if projection is None else projection.value


def question(workspace: Workspace, seen: Lens, dataset: Dataset, projection: Projection | None) -> Question:
    """The job of a projection, and of the neighbours that all of them share.

    Of None: the neighbours, and the features, which a new picture is compared with.
    """
    key, name = seen.key(dataset), name_of(projection)

    def answered() -> bool:
        if store.load(workspace, key) is None:
            return False
        if projection is None:
            return lens.is_kept(workspace, seen, dataset)
        return store.load_projection(workspace, key, projection) is not None

    return Question(workspace, store.folder(workspace, key), name, f"{KEY}{key}-{name}", answered)


def atlas_job(home: str, run_id: str, name: str) -> None:
    """However it ends is written beside the answer; nothing is raised. ``name``: as ``name_of`` gives it."""
    workspace = Workspace(Path(home))
    wanted = next((one for one in Projection if one.value == name), None)
    try:
        run = runs.load(workspace, run_id)
        dataset = datasets.load(workspace, run.dataset_id)
        seen = lens.of(workspace, run)
    except ThawError:
        # Deleted since it was asked for: there is no place for an answer, and nobody who waits.
        log.exception("there is no map of run %s", run_id)
        return
    asked = question(workspace, seen, dataset, wanted)
    asked.answer(lambda tell: make(workspace, run, seen, dataset, wanted, tell))


def make(
    workspace: Workspace, run: Run, seen: Lens, dataset: Dataset, projection: Projection | None, tell: Tell
) -> None:
    """Keep what ``question`` asks for. Raises RunError, WorkspaceError and such."""
    key = seen.key(dataset)
    rows = lens.rows(workspace, run, seen, dataset, lambda done, total: tell("features", done, total))
    if store.load(workspace, key) is None:
        store.save(workspace, key, _atlas(seen, dataset, rows, tell))
    if projection is not None and store.load_projection(workspace, key, projection) is None:
        tell("projection", 0, 1)
        store.save_projection(workspace, key, projection, projections.project(projection, rows))


def _atlas(seen: Lens, dataset: Dataset, rows: Floats, tell: Tell) -> Atlas:
    found = neighbours.of_all(
        rows, training_rows(dataset), lambda done, total: tell("neighbours", done, total)
    )
    return Atlas(found, reach.of(dataset, found.distances, trained=seen.plan is None))


def training_rows(dataset: Dataset) -> neighbours.Places:
    return np.array([row for row, item in enumerate(dataset.items) if item.split is Split.TRAIN], np.int64)
