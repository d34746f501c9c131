"""How fast the frozen layers run: Thaw's runner and ``tf.function``, each in batches of several sizes.

The network alone: pixels are in memory, nothing is decoded. Run as
``python -m tlcore.benchmark.extraction TASK``.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore import plans, rates, runtimes
from tlcore.benchmark.child import Result, answer
from tlcore.benchmark.task import FIRST_HEAD, Task
from tlcore.config import Recipe
from tlcore.workspace import Workspace

BATCHES = (1, 4, 8, 32)
WINDOWS = 3
CHECKED_PICTURES = 8
# So that the faster runtime is looked for.
MANY = 1_000_000

Pixels = npt.NDArray[np.uint8]


def measure(task: Task) -> Result:
    """Images a second by runtime and batch size, and the machine's float32 peak in the same minute."""
    peak = rates.measure_peak()
    with tempfile.TemporaryDirectory(prefix="thaw-bench-") as home:
        prefix, runner, conversion_s = _prepared(task, Workspace(Path(home)))
        size = task.image_size_px
        pixels = np.random.default_rng(0).integers(0, 256, (max(BATCHES), size, size, 3), np.uint8)
        # A runner that is TensorFlow's fills each batch up.
        batches = BATCHES if runner.name == "litert" else (runner.batch,)
        thaw = {str(n): images_per_s(runner.run, pixels[:n], task.window_s) for n in batches}
        keras_run = _tf_function(prefix.model)
        tensorflow = {str(n): images_per_s(keras_run, pixels[:n], task.window_s) for n in BATCHES}
    return {
        "gflop": round(task.entry.gflop(task.image_size_px), 4),
        # Others may have been at work at one of the two moments.
        "peak_gflops": round(max(peak, rates.measure_peak()), 1),
        "thaw_runtime": runner.name,
        "thaw_batch": runner.batch,
        "conversion_s": round(conversion_s, 3),
        "images_per_s": {"thaw": thaw, "tensorflow": tensorflow},
    }


def _prepared(task: Task, workspace: Workspace) -> tuple[Any, runtimes.Runner, float]:
    """The prefix of a head-only training and the runner that Thaw would choose for many pictures."""
    from tlcore.models import Network

    choice = {"name": task.backbone, "weights": task.weights, "image_size": task.image_size_px}
    plan = plans.make(Recipe.parse({"backbone": choice, "head": FIRST_HEAD.model_dump()}), classes=2)
    prefix = Network(plan, workspace.weights).prefix(plan.phases[0])
    assert prefix is not None, "with all layers frozen there is a cut point"
    started_s = time.perf_counter()
    size = task.image_size_px
    sample = np.random.default_rng(1).integers(0, 256, (CHECKED_PICTURES, size, size, 3), np.uint8)
    runner = runtimes.runner(workspace, prefix, sample, MANY)
    return prefix, runner, time.perf_counter() - started_s


def _tf_function(model: Any) -> Callable[[Pixels], Any]:
    import tensorflow as tf

    traced = tf.function(lambda x: model(x, training=False))
    return lambda pixels: traced(tf.constant(pixels, tf.float32)).numpy()


def images_per_s(run: Callable[[Pixels], Any], pixels: Pixels, window_s: float) -> float:
    """The best of a few windows of time, since others may be at work on this machine."""
    run(pixels)
    best = 0.0
    for _ in range(WINDOWS):
        calls, started_s = 0, time.perf_counter()
        while (elapsed_s := time.perf_counter() - started_s) < window_s:
            run(pixels)
            calls += 1
        best = max(best, calls * len(pixels) / elapsed_s)
    return round(best, 2)


if __name__ == "__main__":
    answer(measure)
