"""Which runtime computes the features, and in what batches."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tlcore.models import Prefix
from tlcore.runtimes import prefix_graph
from tlcore.runtimes.graph import Graph, Numbers, Pixels
from tlcore.workspace import Workspace

# One picture at a time stays in the processor's cache: within about a tenth of the best size on every
# backbone tried (MobileNetV2 is 11% faster at another).
LITERT_BATCH = 1
TENSORFLOW_BATCH = 32


@dataclass(frozen=True)
class Runner:
    """``run`` takes at most ``batch`` pictures, (n, size, size, 3), RGB, 0–255; gives (n, ...), float32."""

    name: str
    batch: int
    run: Callable[[Pixels], Numbers]
    sentence: str = ""
    """Why it is not the usual one."""


def runner(workspace: Workspace, prefix: Prefix, sample: Pixels) -> Runner:
    """The fastest way to a prefix's output. ``sample``: a few real pictures, to compare on.

    For few pictures too: TensorFlow would be done before a graph is converted, but predictions need that.
    """
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        return _tensorflow(prefix)
    verdict = prefix_graph.obtain(workspace, prefix, sample)
    if verdict.sentence:
        return _tensorflow(prefix, verdict.sentence)
    return _litert(workspace, prefix.digest)


def kept_runner(workspace: Workspace, digest: str) -> Runner | None:
    """The runner of a prefix that was converted before, without Keras; None where there is no such graph."""
    try:
        return _litert(workspace, digest) if prefix_graph.is_there(workspace, digest) else None
    except ValueError:
        return None  # Damaged, or gone since we looked: a run that needs it makes it anew.


def _litert(workspace: Workspace, digest: str) -> Runner:
    return Runner("litert", LITERT_BATCH, Graph([prefix_graph.path_of(workspace, digest)]).run)


def _tensorflow(prefix: Prefix, sentence: str = "") -> Runner:
    def run(pixels: Pixels) -> Numbers:
        # The last batch is filled up: another shape would make TensorFlow trace the graph again.
        missing = TENSORFLOW_BATCH - len(pixels)
        full = np.pad(pixels, ((0, missing), (0, 0), (0, 0), (0, 0))) if missing else pixels
        rows: Numbers = prefix.model.predict_on_batch(full.astype(np.float32))
        return rows[: len(pixels)]

    return Runner("tensorflow", TENSORFLOW_BATCH, run, sentence)
