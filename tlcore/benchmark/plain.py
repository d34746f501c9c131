"""The plain Keras program of the tutorials: the whole network in ``fit``, the frozen layers in every epoch.

It follows TensorFlow's tutorial "Transfer learning and fine-tuning": ``image_dataset_from_directory``,
prefetched and not cached, and one functional model. Run as ``python -m tlcore.benchmark.plain TASK``.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

from tlcore.benchmark.child import Result, answer, epoch_clock, head_result
from tlcore.benchmark.task import BATCH_SIZE, Task
from tlcore.config import DenseLayer, DropoutLayer, Head


def measure(task: Task) -> Result:
    """The clock does not run while the folders are listed."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    train, val = (pictures(task, side) for side in ("train", "val"))
    classes = len(train.class_names)
    train, val = (data.prefetch(tf.data.AUTOTUNE) for data in (train, val))
    return {"heads": [_train(task, head, classes, train, val) for head in task.heads]}


def pictures(task: Task, side: str, *, shuffle: bool | None = None) -> Any:
    """The pictures of ``train`` or ``val`` as the tutorials read them, in batches."""
    import keras

    return keras.utils.image_dataset_from_directory(
        task.folder / side,
        image_size=(task.image_size_px, task.image_size_px),
        batch_size=BATCH_SIZE,
        shuffle=side == "train" if shuffle is None else shuffle,
        seed=0,
        verbose=False,
    )


def head_layers(head: Head, classes: int) -> list[Any]:
    """The layers after the pooling."""
    import keras

    layers = []
    for layer in head.layers:
        if isinstance(layer, DenseLayer):
            layers.append(keras.layers.Dense(layer.dense, activation=layer.activation))
        elif isinstance(layer, DropoutLayer):
            layers.append(keras.layers.Dropout(layer.dropout))
    return [*layers, keras.layers.Dense(classes, activation="softmax")]


def compiled(model: Any, task: Task) -> Any:
    import keras

    optimizer = keras.optimizers.Adam(task.learning_rate)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _network(task: Task, head: Head, classes: int) -> Any:
    import keras

    size = task.image_size_px
    # The constructor of keras.applications with the same weights as Thaw's, from the folder that Keras keeps.
    base = task.entry.build(task.weights, size, Path("no weights here"))
    frozen = len(base.layers) - task.trained_layers
    for i, layer in enumerate(base.layers):
        layer.trainable = i >= frozen
    inputs = keras.Input((size, size, 3))
    x = base(task.entry.preprocess(inputs), training=False)
    x = keras.layers.GlobalAveragePooling2D()(x)
    for layer in head_layers(head, classes):
        x = layer(x)
    return compiled(keras.Model(inputs, x), task)


def _train(task: Task, head: Head, classes: int, train: Any, val: Any) -> Result:
    started_s = time.perf_counter()
    model = _network(task, head, classes)
    built_s = time.perf_counter() - started_s
    clock = epoch_clock()
    fitted = model.fit(train, validation_data=val, epochs=task.run_epochs, verbose=0, callbacks=[clock])
    fitted_s = time.perf_counter() - started_s
    with tempfile.TemporaryDirectory(prefix="thaw-bench-") as folder:
        model.save(Path(folder) / "model.keras")
        seconds = time.perf_counter() - started_s
    return head_result(
        task,
        seconds,
        clock.seconds,
        fitted.history["val_accuracy"][-1],
        {"network": built_s, "fit": fitted_s - built_s, "saving": seconds - fitted_s},
    )


if __name__ == "__main__":
    answer(measure)
