"""How long a measurement may take, from the machine's peak: for the bar, and to be said beforehand."""

from collections.abc import Sequence

from tlcore.benchmark.extraction import BATCHES, WINDOWS
from tlcore.benchmark.task import Task

# Shares of the float32 peak on the machine of RUNTIMES.md. Small layers keep a processor less busy.
_LITERT_SHARE = 0.7
_TENSORFLOW_SHARE, _TENSORFLOW_SHARE_OF_LARGE = 0.3, 0.75
_LARGE_GFLOP = 3.0
# A process with TensorFlow, and what a run takes beside its network.
_START_S, _RUN_S = 8.0, 8.0
_PICTURE_S = 0.015


def seconds(task: Task, peak_gflops: float) -> float:
    """For one measurement, its process and its pictures included."""
    gflop = task.entry.gflop(task.image_size_px)
    large = gflop >= _LARGE_GFLOP
    tensorflow_s = gflop / peak_gflops / (_TENSORFLOW_SHARE_OF_LARGE if large else _TENSORFLOW_SHARE)
    litert_s = gflop / peak_gflops / _LITERT_SHARE
    if task.part == "extraction":
        # Each window holds one call or more, and one call comes before them.
        calls = [max(task.window_s, n * one_s) for n in BATCHES for one_s in (tensorflow_s, litert_s)]
        return _START_S + _RUN_S + (WINDOWS + 1) * sum(calls)
    network_s = {
        "thaw": litert_s,
        "expert": tensorflow_s,
        "plain": tensorflow_s * task.run_epochs * len(task.heads),
    }[task.part]
    return _START_S + _RUN_S * len(task.heads) + task.images * (_PICTURE_S + network_s)


def total_s(tasks: Sequence[Task], peak_gflops: float) -> float:
    return sum(seconds(task, peak_gflops) for task in tasks)
