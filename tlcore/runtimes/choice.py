"""Which runtime computes the features, and in what batches."""

import time
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
# On a CPU more is slower for nearly every backbone, and takes more memory; on a GPU it is faster.
TENSORFLOW_BATCH, GPU_BATCH = 8, 32
# To try both takes some seconds: worth it from here on. TensorFlow computes VGG's plain convolutions a tenth
# faster than LiteRT, on the two cores they were measured on, and no other backbone.
TRIED_FROM_S = 60.0
# Of fewer, such as one that is looked at, no backbone takes as long: not even the time of one is taken.
_FEWEST = 60
# Less might be chance.
_FASTER_BY = 1.05


@dataclass(frozen=True)
class Runner:
    """``run`` takes at most ``batch`` pictures, (n, size, size, 3), RGB, 0–255; gives (n, ...), float32."""

    name: str
    batch: int
    run: Callable[[Pixels], Numbers]
    sentence: str = ""
    """Why it is not the usual one."""


def runner(workspace: Workspace, prefix: Prefix, sample: Pixels, pictures: int = 1) -> Runner:
    """The fastest way to a prefix's output for so many pictures. ``sample``: a few of them, to compare on.

    For few pictures too: TensorFlow would be done before a graph is converted, but predictions need that.
    """
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        return _tensorflow(prefix, GPU_BATCH)
    verdict = prefix_graph.obtain(workspace, prefix, sample)
    if verdict.sentence:
        return _tensorflow(prefix, TENSORFLOW_BATCH, verdict.sentence)
    usual = _litert(workspace, prefix.digest)
    other = _tensorflow(prefix, TENSORFLOW_BATCH)
    return other if _is_faster(workspace, prefix.digest, other, usual, sample, pictures) else usual


def _is_faster(
    workspace: Workspace, digest: str, other: Runner, usual: Runner, sample: Pixels, pictures: int
) -> bool:
    """Only where the difference would be felt: TensorFlow has to trace its graph, and fills up its batches.

    Tried once for each prefix.
    """
    faster = prefix_graph.tensorflow_is_faster(workspace, digest)
    if pictures < _FEWEST or faster is False:
        return False
    usual_s = seconds_a_picture(usual, sample)
    if usual_s * pictures < TRIED_FROM_S:
        return False
    if faster is None:
        faster = usual_s > _FASTER_BY * seconds_a_picture(other, sample)
        prefix_graph.note_faster(workspace, digest, faster)
    return faster


def seconds_a_picture(runner: Runner, sample: Pixels) -> float:
    """The better of two batches, after one that is not counted: others may be at work, graphs are traced."""
    batch = np.resize(sample, (runner.batch, *sample.shape[1:]))
    runner.run(batch)
    best_s = float("inf")
    for _ in range(2):
        started_s = time.perf_counter()
        runner.run(batch)
        best_s = min(best_s, time.perf_counter() - started_s)
    return best_s / runner.batch


def kept_runner(workspace: Workspace, digest: str) -> Runner | None:
    """The runner of a prefix that was converted before, without Keras; None where there is no such graph."""
    try:
        return _litert(workspace, digest) if prefix_graph.is_there(workspace, digest) else None
    except ValueError:
        return None  # Damaged, or gone since we looked: a run that needs it makes it anew.


def _litert(workspace: Workspace, digest: str) -> Runner:
    return Runner("litert", LITERT_BATCH, Graph([prefix_graph.path_of(workspace, digest)]).run)


def _tensorflow(prefix: Prefix, batch: int, sentence: str = "") -> Runner:
    def run(pixels: Pixels) -> Numbers:
        # The last batch is filled up: another shape would make TensorFlow trace the graph again.
        missing = batch - len(pixels)
        full = np.pad(pixels, ((0, missing), (0, 0), (0, 0), (0, 0))) if missing else pixels
        rows: Numbers = prefix.model.predict_on_batch(full.astype(np.float32))
        return rows[: len(pixels)]

    return Runner("tensorflow", batch, run, sentence)
