"""A run's graph: the shared one of its frozen prefix, and its own of the rest."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tlcore import images
from tlcore.datasets import Dataset
from tlcore.errors import RunError
from tlcore.models import Network
from tlcore.runs import Run
from tlcore.runtimes import graph, prefix_graph
from tlcore.runtimes.graph import Graph, Pixels
from tlcore.words import tr
from tlcore.workspace import Workspace, read_json, write_atomic, write_json

log = logging.getLogger(__name__)

# More would find nothing that these do not: a wrong graph is wrong everywhere.
CHECKED_PICTURES = 4


@dataclass(frozen=True)
class GraphRecord:
    """What ``graph.json`` in a run's folder says."""

    image_size_px: int
    prefix: str | None
    """Digest of the shared graph of the frozen prefix; None: the run's own graph is the whole."""
    difference: float
    """Largest relative difference from Keras on real pictures; -1 where there is none to tell."""
    sentence: str = ""
    """Why the graph is not used, where it differs too much."""

    @property
    def is_left_to_keras(self) -> bool:
        """Whether only the Keras model may predict; of a model that nothing can run, no size is known."""
        return bool(self.sentence and self.image_size_px)


def open_graph(workspace: Workspace, run: Run) -> tuple[Graph, GraphRecord]:
    """The graph of a finished run. Raises RunError when it has none that can be trusted."""
    files, record = graph_files(workspace, run)
    try:
        return Graph(files), record
    except ValueError as error:
        raise damaged(run) from error


def graph_files(workspace: Workspace, run: Run) -> tuple[list[Path], GraphRecord]:
    """The files of which the graph is made, in a row. Raises RunError as ``open_graph`` does."""
    record = read_record(run)
    if record.sentence:
        raise RunError(record.sentence)
    shared = [prefix_graph.path_of(workspace, record.prefix)] if record.prefix else []
    if not all(file.is_file() for file in shared):
        raise RunError(
            tr(
                "A part of the model of {name} was cleaned away. Train it again: it takes seconds.",
                name=run.name,
            )
        )
    return [*shared, run.folder / "suffix.tflite"], record


def read_record(run: Run) -> GraphRecord:
    """Raises RunError when the run has none yet, or a damaged one."""
    if not (run.folder / "graph.json").is_file():
        if run.has_model and run.imported_file.is_file():
            raise RunError(
                tr("The model of {name} is being made ready. Try again in a moment.", name=run.name)
            )
        raise RunError(tr("{name} has no finished model yet. Train it to the end first.", name=run.name))
    try:
        return GraphRecord(**read_json(run.folder / "graph.json"))
    except TypeError as error:
        raise damaged(run) from error


def damaged(run: Run) -> RunError:
    return RunError(tr("The graph of {name} is damaged. Train it again: it takes seconds.", name=run.name))


def convert(workspace: Workspace, run: Run, network: Network, dataset: Dataset) -> GraphRecord:
    """Write the run's graph and compare it with Keras on pictures of the dataset.

    Where it cannot be made, or differs by more than ``LARGEST_DIFFERENCE``, the record says so in a sentence
    and the graph is not used: the run is finished all the same.
    """
    # The part that was frozen in every phase: the same for all runs on the same cut.
    phase = min(network.plan.phases, key=lambda phase: phase.frozen_layers)
    prefix = network.prefix(phase)
    pixels = sample(dataset, network.plan.image_size_px)
    largest, sentence, values = 0.0, "", pixels
    if prefix is not None:
        verdict = prefix_graph.obtain(workspace, prefix, pixels)
        largest, sentence = verdict.difference, verdict.sentence
        if not sentence:
            values = Graph([prefix_graph.path_of(workspace, prefix.digest)]).run(pixels)
    if not sentence:
        found, sentence = _own_part(run, network.suffix(phase), values)
        largest = max(largest, found) if found >= 0 else found
    prefix_name = prefix.digest[:32] if prefix else None
    return _write_record(run, network.plan.image_size_px, prefix_name, largest, sentence)


def convert_whole(run: Run, model: Any, pixels: Pixels) -> GraphRecord:
    """The same for a model of which no part is shared; ``pixels``: (n, size, size, 3)."""
    found, sentence = _own_part(run, model, pixels)
    return _write_record(run, pixels.shape[1], None, found, sentence)


def refuse_graph(run: Run, sentence: str) -> None:
    """Write down why a run's model cannot be used for predictions."""
    write_json(run.folder / "graph.json", vars(GraphRecord(0, None, -1.0, sentence)))


def _write_record(
    run: Run, size_px: int, prefix: str | None, difference: float, sentence: str
) -> GraphRecord:
    record = GraphRecord(size_px, prefix, difference, sentence)
    write_json(run.folder / "graph.json", vars(record))
    return record


def _own_part(run: Run, model: Any, values: Pixels) -> tuple[float, str]:
    """The run's own graph, its difference from Keras on these values, and why it may not be used."""
    file = run.folder / "suffix.tflite"
    try:
        write_atomic(file, graph.to_litert(model))
        found = prefix_graph.difference(
            Graph([file]).run, lambda x: model(x.astype(np.float32), training=False).numpy(), values
        )
    except Exception as error:
        log.exception("the graph of a run could not be made: %s", file)
        name = type(error).__name__
        return -1.0, tr("The model could not be converted for predictions here ({error}).", error=name)
    if found <= prefix_graph.LARGEST_DIFFERENCE:
        return found, ""
    return found if np.isfinite(found) else -1.0, prefix_graph.differs(found)


def sample(dataset: Dataset, size_px: int) -> Pixels:
    """A few pictures from all over the dataset, (n, size, size, 3), to compare two ways of computing on.

    Stretched whatever the recipe says: graphs of the prefix are shared by recipes that fit them otherwise.
    """
    step = max(1, len(dataset.items) // CHECKED_PICTURES)
    chosen = dataset.items[::step][:CHECKED_PICTURES]
    return np.stack([images.load_rgb(dataset.path(item), size_px) for item in chosen])
