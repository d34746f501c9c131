"""What happens beside the training: the record, the stop, and the order of the batches."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore.errors import RunError
from tlcore.runs import Run

# Batches are told of at most this often: a page looks once a second.
BATCHES_EVERY_S = 1.0


class StopRequested(Exception):
    """Raised from inside training, to end it within a batch; Keras' ``stop_training`` is an epoch late."""


class EpochBatches:
    """The batches of each epoch, in an order that follows from (seed, epoch) alone; or unshuffled.

    ``views`` holds the features of each augmentation view, all of the same shape; epoch e uses view e mod K.
    """

    def __init__(
        self,
        views: Sequence[npt.NDArray[Any]],
        labels: npt.NDArray[np.int32],
        rows: npt.NDArray[np.int64],
        batch_size: int,
        seed: int | None,
    ) -> None:
        self.views, self.labels, self.rows = views, labels, rows
        self.batch_size, self.seed = batch_size, seed
        self.epoch = 0

    @property
    def steps(self) -> int:
        return -(-len(self.rows) // self.batch_size)

    def __call__(self) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[np.int32]]]:
        array = self.views[self.epoch % len(self.views)]
        order = self.rows
        if self.seed is not None:
            order = np.random.default_rng([self.seed, self.epoch]).permutation(self.rows)
        for start in range(0, len(order), self.batch_size):
            # Sorted within the batch: a memory-mapped file is read in one direction.
            rows = np.sort(order[start : start + self.batch_size])
            yield array[rows], self.labels[rows]

    def dataset(self) -> Any:
        """A tf.data.Dataset whose every pass is one epoch."""
        import tensorflow as tf

        array = self.views[0]
        signature = (tf.TensorSpec((None, *array.shape[1:]), array.dtype), tf.TensorSpec((None,), tf.int32))
        batches = tf.data.Dataset.from_generator(self, output_signature=signature)
        # The count is known: without it Keras takes the end of an epoch for the end of the data.
        return batches.apply(tf.data.experimental.assert_cardinality(self.steps)).prefetch(2)


def keras_callbacks(run: Run, phase: int, first_epoch: int, batches: EpochBatches) -> list[Any]:
    """Callbacks for one phase of ``fit``; ``first_epoch`` counts the epochs of earlier phases."""
    import keras

    class Order(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            batches.epoch = first_epoch + epoch

    class Record(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: Any = None) -> None:
            self.told_s = self.epoch_s = time.monotonic()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = first_epoch + epoch + 1
            self.epoch_s = time.monotonic()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if time.monotonic() - self.told_s >= BATCHES_EVERY_S:
                self.told_s = time.monotonic()
                run.record(
                    "batches",
                    epoch=self.epoch,
                    step=batch + 1,
                    steps=batches.steps,
                    elapsed_s=round(self.told_s - self.epoch_s, 3),
                )

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            values = {key: float(logs[key]) for key in ("loss", "accuracy", "val_loss", "val_accuracy")}
            # Before it is recorded: JSON has no NaN, and a curve cannot show it.
            if not all(np.isfinite(value) for value in values.values()):
                raise RunError(
                    f"The loss became infinite or not a number in epoch {self.epoch}. "
                    f"Lower the learning rate ({run.recipe.phases[phase].learning_rate:g}) and train again."
                )
            run.record(
                "epoch",
                epoch=self.epoch,
                phase=phase,
                **values,
                seconds=round(time.monotonic() - self.epoch_s, 4),
            )

    class Stop(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            check_stop(run)

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            check_stop(run)

    return [Order(), Record(), Stop()]


def check_stop(run: Run) -> None:
    """Raises StopRequested when somebody asked this run to stop."""
    if run.stop_file.exists():
        raise StopRequested
