"""A careful expert's script: the features once by ``model.predict``, then heads trained on them in memory.

Run as ``python -m tlcore.benchmark.expert TASK``.
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlcore.benchmark import plain
from tlcore.benchmark.child import Result, answer, epoch_clock, head_result
from tlcore.benchmark.task import BATCH_SIZE, Task
from tlcore.config import Head


@dataclass(frozen=True)
class _Features:
    extractor: Any
    train: tuple[Any, Any]
    val: tuple[Any, Any]
    classes: int


def measure(task: Task) -> Result:
    """The features count for the first head; the second one finds them in memory."""
    import keras

    keras.utils.set_random_seed(0)
    train, val = (plain.pictures(task, side, shuffle=False) for side in ("train", "val"))
    started_s = time.perf_counter()
    features = _features(task, train, val)
    features_s = time.perf_counter() - started_s
    first, *others = task.heads
    return {
        "heads": [
            _train(task, first, features, features_s),
            *(_train(task, head, features, 0.0) for head in others),
        ]
    }


def _features(task: Task, train: Any, val: Any) -> _Features:
    import keras

    size = task.image_size_px
    base = task.entry.build(task.weights, size, Path("no weights here"))
    base.trainable = False
    inputs = keras.Input((size, size, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(base(task.entry.preprocess(inputs), training=False))
    extractor = keras.Model(inputs, pooled)
    return _Features(extractor, _of(extractor, train), _of(extractor, val), len(train.class_names))


def _of(extractor: Any, data: Any) -> tuple[Any, Any]:
    """Features and labels; the labels by the folders' names, so that nothing is decoded twice."""
    import numpy as np
    import tensorflow as tf

    labels = np.array([data.class_names.index(Path(file).parent.name) for file in data.file_paths])
    pixels = data.map(lambda x, _: x).prefetch(tf.data.AUTOTUNE)
    return extractor.predict(pixels, verbose=0), labels


def _train(task: Task, head: Head, features: _Features, features_s: float) -> Result:
    import keras

    started_s = time.perf_counter()
    layers = plain.head_layers(head, features.classes)
    model = plain.compiled(keras.Sequential([keras.Input(features.train[0].shape[1:]), *layers]), task)
    clock = epoch_clock()
    fitted = model.fit(
        *features.train,
        batch_size=BATCH_SIZE,
        validation_data=features.val,
        epochs=task.run_epochs,
        verbose=0,
        callbacks=[clock],
    )
    fitted_s = time.perf_counter() - started_s
    with tempfile.TemporaryDirectory(prefix="thaw-bench-") as folder:
        extractor = features.extractor
        keras.Model(extractor.input, model(extractor.output)).save(Path(folder) / "model.keras")
        saved_s = time.perf_counter() - started_s
    return head_result(
        task,
        features_s + saved_s,
        clock.seconds,
        fitted.history["val_accuracy"][-1],
        {"features": features_s, "fit": fitted_s, "saving": saved_s - fitted_s},
    )


if __name__ == "__main__":
    answer(measure)
