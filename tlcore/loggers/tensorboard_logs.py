"""A run for TensorBoard, written by the ``tensorboard`` package: scalars, hyperparameters, confusion matrix.

Scalars lie as Keras' own callback lays them: ``train`` and ``validation`` beside each other with the same
tags, so that TensorBoard draws both into one chart. Each has the time at which its epoch really ended.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from tlcore.errors import RunError
from tlcore.loggers.told import Epoch, Told
from tlcore.progress import Status


def write(told: Told, folder: Path) -> None:
    """Into a folder of its own in ``folder``, there whole or not at all. Raises RunError, OSError."""
    target = folder / told.run.id
    if target.exists():
        raise RunError(f"The folder holds logs of {told.run.name} already. Choose another one.")
    made = Path(tempfile.mkdtemp(dir=folder, prefix=".thaw-"))
    try:
        _events(told, made)
        os.rename(made, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _events(told: Told, folder: Path) -> None:
    from tensorboard.plugins.hparams import api_pb2, summary, summary_v2

    done = told.status in (Status.DONE, Status.STOPPED)
    with closing(_Writer(folder)) as writer:
        writer.add(
            summary_v2.hparams_pb(told.params, trial_id=told.run.id, start_time_secs=told.began_s),
            0,
            told.began_s,
        )
        last = told.epochs[-1].number
        for name, value in told.judged.items():
            writer.scalar(name, value, last, told.ended_s)
        for name, png in told.confusions.items():
            writer.image(f"confusion_{name}", png, last, told.ended_s)
        status = api_pb2.STATUS_SUCCESS if done else api_pb2.STATUS_FAILURE
        writer.add(summary.session_end_pb(status, told.ended_s), last, told.ended_s)
    _curves(
        folder / "train", told, {"loss": "loss", "accuracy": "accuracy", "learning_rate": "learning_rate"}
    )
    _curves(folder / "validation", told, {"val_loss": "loss", "val_accuracy": "accuracy"})


def _curves(folder: Path, told: Told, names: Mapping[str, str]) -> None:
    with closing(_Writer(folder)) as writer:
        for epoch in told.epochs:
            _epoch(writer, epoch, names)


def _epoch(writer: "_Writer", epoch: Epoch, names: Mapping[str, str]) -> None:
    for name, tag in names.items():
        if name in epoch.figures:
            writer.scalar(f"epoch_{tag}", epoch.figures[name], epoch.number, epoch.at_s)


class _Writer:
    """One file of events, each at a time of its own."""

    def __init__(self, folder: Path) -> None:
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self._file = EventFileWriter(str(folder))

    def close(self) -> None:
        self._file.close()

    def add(self, summary: Any, step: int, at_s: float) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        # Of TensorFlow's classes or of TensorBoard's own: the same bytes.
        own = Summary.FromString(summary.SerializeToString())
        self._file.add_event(Event(wall_time=at_s, step=step, summary=own))

    def scalar(self, tag: str, value: float, step: int, at_s: float) -> None:
        import numpy as np
        from tensorboard.plugins.scalar import metadata

        self._tensor(
            tag, np.asarray(value, np.float32), metadata.create_summary_metadata(None, None), step, at_s
        )

    def image(self, tag: str, png: bytes, step: int, at_s: float) -> None:
        """The plugin takes the sides in pixels, then the file."""
        import io

        import numpy as np
        from PIL import Image
        from tensorboard.plugins.image import metadata

        width, height = Image.open(io.BytesIO(png)).size
        said = np.array([str(width).encode(), str(height).encode(), png], object)
        description = "Rows are the true classes, columns what the model said."
        self._tensor(tag, said, metadata.create_summary_metadata(None, description), step, at_s)

    def _tensor(self, tag: str, value: Any, metadata: Any, step: int, at_s: float) -> None:
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.util import tensor_util

        proto = tensor_util.make_tensor_proto(value)
        self.add(Summary(value=[Summary.Value(tag=tag, tensor=proto, metadata=metadata)]), step, at_s)
