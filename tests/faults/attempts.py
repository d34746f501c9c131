"""What a killed process was doing: a module of its own, since it is imported by the child."""

import os
import signal
import time
from typing import Any


def train(home: str, run_id: str) -> None:
    """Train a run as the engine's worker does, with a checkpoint at every epoch."""
    from tlcore import runtimes, snapshots, training

    # Longer than the training itself, and not what is killed here.
    runtimes.convert = lambda *args: None  # type: ignore[assignment]
    snapshots.EVERY_S, snapshots.WRITING_SHARE = 0.0, 1e9
    training.train_run(home, run_id)


def train_until_written(home: str, run_id: str, write: int) -> None:
    """As ``train``; the process kills itself right after so many steps of writing checkpoints."""
    from tlcore import checkpoints

    counted = {"writes": 0, "inside": 0}
    save = checkpoints.save

    def stepping(name: str) -> None:
        real = getattr(os, name)

        def call(*args: Any, **named: Any) -> Any:
            result = real(*args, **named)
            counted["writes"] += counted["inside"]
            if counted["writes"] == write:
                os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(60)
            return result

        setattr(os, name, call)

    def counted_save(*args: Any) -> None:
        counted["inside"] = 1
        try:
            save(*args)
        finally:
            counted["inside"] = 0

    for name in ("fsync", "rename"):
        stepping(name)
    checkpoints.save = counted_save
    train(home, run_id)


def train_on_a_full_disk(home: str, run_id: str, most_bytes: int) -> None:
    """As ``train``, where no file can grow beyond so many bytes."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    train(home, run_id)
