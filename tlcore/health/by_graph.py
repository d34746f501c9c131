"""The default backbone's features by its converted graph, where that is kept: for a process without Keras."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from tlcore import features, images, own_process, picture_features, runtimes
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.plans import Plan
from tlcore.runtimes import Graph, prefix_graph
from tlcore.workspace import Workspace

Floats = npt.NDArray[np.float32]

_CHUNK = 64


def is_enough(workspace: Workspace, dataset: Dataset) -> bool:
    """Whether no network has to be built: its features of these pictures are kept, or its graph is."""
    plan, digest = _default(workspace)
    if digest is None:
        return False
    if runtimes.prefix_is_converted(workspace, digest):
        return True
    return features.find(workspace, dataset.items, digest, plan.image_size_px) is not None


def rows(workspace: Workspace, dataset: Dataset, progress: Callable[[int, int], None]) -> Floats | None:
    """(n, width), kept where a training finds them. None in a worker, which has Keras, or without a graph."""
    plan, digest = _default(workspace)
    if digest is None or not (
        own_process.is_for_one_job() and runtimes.prefix_is_converted(workspace, digest)
    ):
        return None
    try:
        graph = Graph([prefix_graph.path_of(workspace, digest)])
    except ValueError:
        return None  # Damaged: Keras makes another.
    found = []
    for pixels in _decoded(dataset, plan.image_size_px):
        found.append(graph.run(pixels[None]))
        progress(len(found), len(dataset.items))
    every = np.concatenate(found)
    features.keep(workspace, dataset.items, digest, plan.image_size_px, every)
    return every


def _default(workspace: Workspace) -> tuple[Plan, str | None]:
    plan = picture_features.plan_of(workspace, Recipe())
    return plan, picture_features.digest_of(workspace, plan)


def _decoded(dataset: Dataset, size_px: int) -> Iterator[npt.NDArray[np.uint8]]:
    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="health") as pool:
        for start in range(0, len(dataset.items), _CHUNK):
            chunk = dataset.items[start : start + _CHUNK]
            yield from pool.map(lambda item: images.load_rgb(dataset.path(item), size_px), chunk)
