"""The measuring process: warm before the clock starts, one line of JSON at the end."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from tlcore.benchmark.task import Task

Result = dict[str, Any]


def answer(measure: Callable[[Task], Result]) -> None:
    """Measure the task in the first argument; its result is the last line on stdout."""
    task = Task(**json.loads(sys.argv[1]))
    # A size or a name that cannot be is told at once, before TensorFlow is imported.
    task.entry.layers(task.image_size_px)
    warm_up()
    before_mb = peak_mb()
    result = measure(task)
    sys.stdout.write("\n" + json.dumps({**result, "before_mb": before_mb}, allow_nan=False) + "\n")


def warm_up() -> None:
    """Import TensorFlow and fit something tiny, as it is for a worker that has trained before."""
    import keras
    import numpy as np

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(np.zeros((8, 4)), np.zeros((8, 2)), verbose=0)


def peak_mb() -> float:
    """The most memory that this process has had in use so far (resident set)."""
    status = Path("/proc/self/status")
    if status.is_file():
        # Not getrusage: on Linux it starts from what the parent had in use.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 2**20
    import resource

    # Bytes on a Mac.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def head_result(
    task: Task,
    seconds: float,
    epoch_seconds: list[float],
    val_accuracy: float,
    stages: Mapping[str, float],
) -> Result:
    """What every program tells of one head. ``seconds`` were measured, with ``epoch_seconds`` among them.

    Epochs that were not run are reckoned as long as the later ones that were: the first holds the making of
    the graph.
    """
    later_s = statistics.median(epoch_seconds[1:] or epoch_seconds)
    missing = task.epochs - len(epoch_seconds)
    return {
        "seconds": round(seconds + missing * later_s, 3),
        "measured_s": round(seconds, 3),
        "epochs_run": len(epoch_seconds),
        "first_epoch_s": round(epoch_seconds[0], 4),
        "epoch_s": round(later_s, 4),
        "val_accuracy": val_accuracy,
        "peak_mb": round(peak_mb(), 1),
        "stages": {name: round(value, 3) for name, value in stages.items()},
    }


def epoch_clock() -> Any:
    """A Keras callback whose ``seconds`` holds what each epoch took, its validation included."""
    import keras

    class EpochClock(keras.callbacks.Callback):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.seconds: list[float] = []

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.started_s = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.seconds.append(time.perf_counter() - self.started_s)

    return EpochClock()
