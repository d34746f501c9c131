"""A Keras graph as LiteRT: converted, checked against Keras on real pictures, and run without TensorFlow.

A run's graph is in two parts: the frozen prefix, converted once and shared by all runs that have it, and the
rest, which is small. So a second head is ready to predict at once.
"""

import logging
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from tlcore import images
from tlcore.datasets import Dataset
from tlcore.errors import RunError
from tlcore.models import Network, Prefix
from tlcore.plans import PhasePlan
from tlcore.runs import Run
from tlcore.workspace import Workspace, read_json, write_atomic, write_json

log = logging.getLogger(__name__)

LARGEST_DIFFERENCE = 1e-4
CHECKED_PICTURES = 8

Pixels = npt.NDArray[Any]
Probabilities = npt.NDArray[np.float32]


class Graph:
    """A chain of LiteRT files from pixels to probabilities, to be run from any thread."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._parts = [_Part(file) for file in files]
        self._lock = threading.Lock()

    def run(self, pixels: Pixels) -> Probabilities:
        """``pixels``: (n, size, size, 3), RGB, 0–255. Returns (n, classes), float32."""
        values = pixels.astype(np.float32)
        with self._lock:
            for part in self._parts:
                values = part.run(values)
        return values


class _Part:
    def __init__(self, file: Path) -> None:
        from ai_edge_litert.interpreter import Interpreter

        # More threads than cores make it slower.
        self._interpreter = Interpreter(model_path=str(file), num_threads=psutil.cpu_count(logical=False))
        self._source = self._interpreter.get_input_details()[0]["index"]
        self._target = self._interpreter.get_output_details()[0]["index"]
        self._shape: tuple[int, ...] | None = None

    def run(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        if self._shape != values.shape:
            self._interpreter.resize_tensor_input(self._source, values.shape)
            self._interpreter.allocate_tensors()
            self._shape = values.shape
        self._interpreter.set_tensor(self._source, values)
        self._interpreter.invoke()
        result: npt.NDArray[np.float32] = self._interpreter.get_tensor(self._target)
        return result


@dataclass(frozen=True)
class GraphRecord:
    """What ``graph.json`` in a run's folder says."""

    image_size_px: int
    prefix: str | None
    """Name of the shared graph of the frozen prefix; None: the run's own graph is the whole."""
    difference: float
    """Largest difference of a probability from Keras' on real pictures; -1 where there is none to tell."""
    sentence: str = ""
    """Why the graph is not used, where it differs too much."""


def open_graph(workspace: Workspace, run: Run) -> tuple[Graph, GraphRecord]:
    """The graph of a finished run. Raises RunError when it has none that can be trusted."""
    record = read_record(run)
    if record.sentence:
        raise RunError(record.sentence)
    shared = [_shared(workspace, record.prefix)] if record.prefix else []
    if not all(file.is_file() for file in shared):
        raise RunError(
            f"A part of the model of {run.name} was cleaned away. Train it again: it takes seconds."
        )
    try:
        return Graph([*shared, run.folder / "suffix.tflite"]), record
    except ValueError as error:
        raise RunError(_damaged(run)) from error


def read_record(run: Run) -> GraphRecord:
    """Raises RunError when the run has none yet, or a damaged one."""
    if not (run.folder / "graph.json").is_file():
        raise RunError(f"{run.name} has no finished model yet. Train it to the end first.")
    try:
        return GraphRecord(**read_json(run.folder / "graph.json"))
    except TypeError as error:
        raise RunError(_damaged(run)) from error


def _damaged(run: Run) -> str:
    return f"The graph of {run.name} is damaged. Train it again: it takes seconds."


def convert(workspace: Workspace, run: Run, network: Network, dataset: Dataset) -> GraphRecord:
    """Write the run's graph and compare it with Keras on pictures of the dataset.

    Where it cannot be made, or differs by more than ``LARGEST_DIFFERENCE``, the record says so in a sentence
    and the graph is not used: the run is finished all the same.
    """
    # The part that was frozen in every phase: the same for all runs on the same cut.
    phase = min(network.plan.phases, key=lambda phase: phase.frozen_layers)
    prefix = network.prefix(phase)
    difference, sentence = math.inf, ""
    try:
        files = _written(workspace, run, network, phase, prefix)
        difference = _difference(files, network, dataset)
        if difference > LARGEST_DIFFERENCE and prefix is not None:
            # A shared graph may be an old one; it is made once more before it is given up.
            files[0].unlink()
            files = _written(workspace, run, network, phase, prefix)
            difference = _difference(files, network, dataset)
    except Exception as error:
        log.exception("the graph of run %s could not be made", run.id)
        sentence = (
            f"The model could not be converted for predictions here ({type(error).__name__}). {_WAY_OUT}"
        )
    if not sentence and not difference <= LARGEST_DIFFERENCE:
        sentence = (
            f"The converted graph differs from Keras by {difference:.1e} (at most {LARGEST_DIFFERENCE:.0e} "
            f"is accepted), so it is not used. {_WAY_OUT}"
        )
    # JSON knows no infinity.
    kept = difference if math.isfinite(difference) else -1.0
    record = GraphRecord(network.plan.image_size_px, prefix.digest[:32] if prefix else None, kept, sentence)
    write_json(run.folder / "graph.json", vars(record))
    return record


_WAY_OUT = "Export the model and predict with Keras."


def _written(
    workspace: Workspace, run: Run, network: Network, phase: PhasePlan, prefix: Prefix | None
) -> list[Path]:
    """The files of the chain; the prefix is converted only when no run did it before."""
    files = []
    if prefix is not None:
        shared = _shared(workspace, prefix.digest[:32])
        if not _opens(shared):
            write_atomic(shared, to_litert(prefix.model))
        files.append(shared)
    write_atomic(run.folder / "suffix.tflite", to_litert(network.suffix(phase)))
    return [*files, run.folder / "suffix.tflite"]


def _difference(files: Sequence[Path], network: Network, dataset: Dataset) -> float:
    """Largest difference of a probability from Keras' on a few real pictures."""
    size = network.plan.image_size_px
    step = max(1, len(dataset.items) // CHECKED_PICTURES)
    chosen = dataset.items[::step][:CHECKED_PICTURES]
    pixels = np.stack([images.load_rgb(dataset.path(item), size) for item in chosen])
    # Called as it is: for one batch, tracing a graph would take longer than the work.
    expected = network.whole()(pixels.astype(np.float32), training=False).numpy()
    return float(np.abs(Graph(files).run(pixels) - expected).max())


def _shared(workspace: Workspace, name: str) -> Path:
    return workspace.graphs / f"{name}.tflite"


def _opens(file: Path) -> bool:
    """Whether a graph is there and can be read; one that is damaged is made anew, or no run would mend it."""
    try:
        Graph([file])
    except ValueError:
        return False
    return True


def to_litert(model: Any) -> bytes:
    """A Keras model with one input and one output as a LiteRT flat buffer, float32.

    The form of conversion that gave the right numbers for every backbone tried: a concrete function with its
    variables frozen; ``from_concrete_functions([function], model)`` gives NaN for some.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    signature = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    function = tf.function(lambda x: model(x, training=False)).get_concrete_function(signature)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([convert_variables_to_constants_v2(function)])
    content: bytes = converter.convert()
    return content
