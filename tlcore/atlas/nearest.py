"""The nearest training pictures of one picture, and whether it is like any of them."""

import functools
from dataclasses import dataclass
from pathlib import Path

from tlcore import datasets, runs
from tlcore.atlas import asking, embedding, job, lens, neighbours
from tlcore.atlas.store import Atlas
from tlcore.datasets import Dataset, Item
from tlcore.errors import NotFound
from tlcore.picture_features import Floats
from tlcore.runs import Run
from tlcore.words import mark, tr
from tlcore.workspace import Workspace

_GONE = mark(
    "The features of the training pictures are not here, or not any more. Compare the pictures again."
)


@dataclass(frozen=True)
class Near:
    item: Item
    distance: float
    """Cosine distance of the features, from 0 up."""


def of_item(dataset: Dataset, atlas: Atlas, row: int) -> list[Near]:
    """Of a picture of the dataset, from what is kept: at once."""
    found = atlas.neighbours
    return [
        Near(dataset.items[other], float(distance))
        for other, distance in zip(found.rows[row], found.distances[row], strict=True)
    ]


def of_known(workspace: Workspace, run: Run, picture: Path) -> list[Near] | None:
    """The same of a picture's file; None for one that is not of the dataset, or was not compared yet."""
    found = asking.atlas_of(workspace, run)
    if found is None:
        return None
    dataset, atlas = found
    # Thousands of paths would take longer to put together than all the rest.
    named = (row for row, item in enumerate(dataset.items) if item.file == picture.name)
    row = next((row for row in named if dataset.path(dataset.items[row]) == picture), None)
    return None if row is None else of_item(dataset, atlas, row)


def of_picture(workspace: Workspace, run: Run, picture: Path) -> list[Near]:
    """Of any picture, which was made safe before; one of the dataset is not found near itself.

    Raises NotFound where the features are not kept, ImageError, RunError, EngineError.
    """
    known = of_known(workspace, run, picture)
    if known is not None:
        return known
    dataset = datasets.load(workspace, run.dataset_id)
    # First, since without the features the picture need not be looked at.
    units = _kept(workspace, run, dataset)
    vector = embedding.embed(workspace, run, picture)
    rows, distances = neighbours.of_one(units, job.training_rows(dataset), vector)
    return [Near(dataset.items[row], float(distance)) for row, distance in zip(rows, distances, strict=True)]


def _kept(workspace: Workspace, run: Run, dataset: Dataset) -> Floats:
    seen = lens.of(workspace, run)
    if not lens.is_kept(workspace, seen, dataset):
        raise NotFound(tr(_GONE))
    return _units(workspace, seen.key(dataset), run.id)


# Of a large dataset tens of megabytes: read again they would take longer than what is done with them.
@functools.lru_cache(maxsize=1)
def _units(workspace: Workspace, _key: str, run_id: str) -> Floats:
    """Of the training pictures, each row of length 1."""
    run = runs.load(workspace, run_id)
    dataset = datasets.load(workspace, run.dataset_id)
    found = lens.kept(workspace, lens.of(workspace, run), dataset)
    if found is None:
        raise NotFound(tr(_GONE))
    return neighbours.units(found[job.training_rows(dataset)])
