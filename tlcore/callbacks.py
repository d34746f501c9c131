"""What happens beside the training: the record, the stop, and the order of the batches."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore import heads
from tlcore.errors import RunError
from tlcore.outputs import Targets
from tlcore.runs import Event, Run
from tlcore.words import tr

# Batches are told of at most this often: a page looks once a second.
BATCHES_EVERY_S = 1.0

# Features up to this size are held in memory while they are trained on; larger ones are read as needed.
IN_MEMORY_BYTES = 512 * 2**20


class StopRequested(Exception):
    """Raised from inside training, to end it within a batch; Keras' ``stop_training`` is an epoch late."""


class NotFinite(RunError):
    """The loss is no longer a number: what is trained now is not worth keeping."""


Change = Callable[[npt.NDArray[np.uint8], int, int], npt.NDArray[np.uint8]]
"""A picture's pixels, its row and the epoch → the pixels that this epoch sees."""


class EpochBatches:
    """The batches of each epoch, in an order that follows from (seed, epoch) alone; or unshuffled.

    ``views`` holds the features of each augmentation view, all of the same shape; epoch e uses view e mod K.
    ``targets`` and ``weights`` have one row per picture of the dataset, ``rows`` says which ones take part.
    """

    def __init__(
        self,
        views: Sequence[npt.NDArray[Any]],
        targets: Targets,
        rows: npt.NDArray[np.int64],
        batch_size: int,
        seed: int | None,
        *,
        weights: npt.NDArray[np.float32] | None = None,
        change: Change | None = None,
    ) -> None:
        self.views, self.targets, self.rows = views, targets, rows
        self.batch_size, self.seed = batch_size, seed
        self.weights, self.change = weights, change
        self._epoch = 0
        self._told_order: Any = None

    @property
    def epoch(self) -> int:
        """Which one the next pass is, counted over all phases."""
        return self._epoch

    @epoch.setter
    def epoch(self, number: int) -> None:
        self._epoch = number
        if self._told_order is not None:
            self._told_order.assign(self._order())

    @property
    def _dtype(self) -> "np.dtype[Any]":
        """Half precision is for keeping, not for computing."""
        kind = self.views[0].dtype
        return np.dtype(np.float32) if kind == np.float16 else kind

    @property
    def steps(self) -> int:
        return -(-len(self.rows) // self.batch_size)

    def __call__(self) -> Iterator[tuple[npt.NDArray[Any], ...]]:
        for rows in self._batches():
            batch = (self._inputs(rows), self.targets[rows])
            yield batch if self.weights is None else (*batch, self.weights[rows])

    def _batches(self) -> Iterator[npt.NDArray[np.int64]]:
        """The rows of each batch of the epoch."""
        order = self.rows
        if self.seed is not None:
            order = np.random.default_rng([self.seed, self.epoch]).permutation(self.rows)
        for start in range(0, len(order), self.batch_size):
            # Sorted within the batch: a memory-mapped file is read in one direction.
            yield np.sort(order[start : start + self.batch_size])

    def _inputs(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        inputs = self.views[self.epoch % len(self.views)][rows]
        if self.change is None:
            return inputs.astype(self._dtype, copy=False)
        changed = [self.change(one, int(row), self.epoch) for one, row in zip(inputs, rows, strict=True)]
        return np.stack(changed)

    def dataset(self) -> Any:
        """A tf.data.Dataset whose every pass is one epoch."""
        import tensorflow as tf

        small = sum(view.nbytes for view in self.views) <= IN_MEMORY_BYTES
        batches = self._in_memory() if small and self.change is None else self._streamed()
        # The count is known: without it Keras takes the end of an epoch for the end of the data.
        return batches.apply(tf.data.experimental.assert_cardinality(self.steps)).prefetch(2)

    def _streamed(self) -> Any:
        import tensorflow as tf

        parts = [self.targets] + ([] if self.weights is None else [self.weights])
        signature = (
            tf.TensorSpec((None, *self.views[0].shape[1:]), self._dtype),
            *(tf.TensorSpec((None, *part.shape[1:]), part.dtype) for part in parts),
        )
        return tf.data.Dataset.from_generator(self, output_signature=signature)

    def _in_memory(self) -> Any:
        """The same batches without Python, so that a pass begins at once: Keras begins four an epoch."""
        import tensorflow as tf

        if self.seed is None:
            held_out = (self._inputs(self.rows), self.targets[self.rows])
            return tf.data.Dataset.from_tensor_slices(held_out).batch(self.batch_size)
        pictures, size = len(self.targets), self.batch_size
        inputs = tf.concat([tf.constant(np.asarray(view)) for view in self.views], axis=0)
        parts = [tf.constant(self.targets)] + ([] if self.weights is None else [tf.constant(self.weights)])
        self._told_order = tf.Variable(self._order())

        def gathered(step: Any) -> tuple[Any, ...]:
            rows = self._told_order[step * size : (step + 1) * size]
            found = tf.cast(tf.gather(inputs, rows), self._dtype)
            return (found, *(tf.gather(part, rows % pictures) for part in parts))

        return tf.data.Dataset.range(self.steps).map(gathered)

    def _order(self) -> npt.NDArray[np.int64]:
        """Rows of this epoch among those of all views, which stand one after the other."""
        return np.concatenate(list(self._batches())) + self.epoch % len(self.views) * len(self.targets)


class ToldEpochs:
    """The history's lines of epochs. One told before a resume that comes out the same is not repeated.

    One that comes out otherwise (another machine rounds otherwise) takes the place of the earlier lines.
    """

    def __init__(self, run: Run, told: Iterable[Event]) -> None:
        self.run = run
        self.told = {event["epoch"]: event for event in told if event["event"] == "epoch"}

    def tell(self, *, epoch: int, phase: int, seconds: float, **values: float) -> None:
        before = self.told.pop(epoch, None)
        values_before = None if before is None else {key: before.get(key) for key in values}
        if before is not None and (before["phase"], values_before) == (phase, values):
            return
        if before is not None:
            self.run.record("rewound", epoch=epoch - 1, phase=phase)
            self.told.clear()
        self.run.record("epoch", epoch=epoch, phase=phase, **values, seconds=seconds)


def keras_callbacks(
    run: Run, phase: int, first_epoch: int, batches: EpochBatches, told: ToldEpochs, slowing: Any = None
) -> list[Any]:
    """Callbacks for one phase of ``fit``; ``first_epoch`` counts the epochs of earlier phases.

    ``slowing``: a callback that changes the learning rate, if there is one.
    """
    import keras

    class Order(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            batches.epoch = first_epoch + epoch
            heads.seed_dropout(self.model.layers, batches.epoch * batches.steps)

    class Record(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: Any = None) -> None:
            self.told_s = self.epoch_s = time.monotonic()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = first_epoch + epoch + 1
            self.epoch_s = time.monotonic()
            self.first_rate = float(self.model.optimizer.learning_rate)

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if time.monotonic() - self.told_s >= BATCHES_EVERY_S:
                self.told_s = time.monotonic()
                run.record(
                    "batches",
                    epoch=self.epoch,
                    # Keras counts whole executions, of which the last may be a part.
                    step=min(batch + 1, batches.steps),
                    steps=batches.steps,
                    elapsed_s=round(self.told_s - self.epoch_s, 3),
                )

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            values = {key: float(logs[key]) for key in ("loss", "accuracy", "val_loss", "val_accuracy")}
            # Before it is recorded: JSON has no NaN, and a curve cannot show it.
            if not all(np.isfinite(value) for value in values.values()):
                raise NotFinite(
                    tr(
                        "The loss became infinite or not a number in epoch {epoch}. Lower the learning rate "
                        "({learning_rate:g}) and train again.",
                        epoch=self.epoch,
                        learning_rate=run.recipe.phases[phase].learning_rate,
                    )
                )
            told.tell(
                epoch=self.epoch,
                phase=phase,
                **values,
                learning_rate=(self.first_rate + float(self.model.optimizer.learning_rate)) / 2,
                seconds=round(time.monotonic() - self.epoch_s, 4),
            )

    class Stop(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            check_stop(run)

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            check_stop(run)

    # The record comes before what changes the learning rate: it tells the mean of what the epoch had.
    return [Order(), Record(), *([slowing] if slowing else []), Stop()]


def check_stop(run: Run) -> None:
    """Raises StopRequested when somebody asked this run to stop."""
    if run.stop_file.exists():
        raise StopRequested
