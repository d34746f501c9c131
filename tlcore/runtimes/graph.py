"""LiteRT graphs: made from Keras models in a worker, run anywhere without TensorFlow."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

Pixels = npt.NDArray[Any]
Numbers = npt.NDArray[np.float32]


class Graph:
    """A chain of LiteRT files, or their contents, each taking what the one before gives; for any thread.

    Raises ValueError for a file that is no graph.
    """

    def __init__(self, files: Sequence[Path | bytes]) -> None:
        self._parts = [_Part(file) for file in files]
        self._lock = threading.Lock()

    def run(self, values: Pixels) -> Numbers:
        """``values``: (n, ...), such as pixels (n, size, size, 3), RGB, 0–255. Returns (n, ...), float32."""
        found = values.astype(np.float32)
        with self._lock:
            for part in self._parts:
                found = part.run(found)
        return found


class _Part:
    def __init__(self, file: Path | bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter

        source = {"model_content": file} if isinstance(file, bytes) else {"model_path": str(file)}
        # More threads than cores make it slower.
        self._interpreter = Interpreter(**source, num_threads=psutil.cpu_count(logical=False))
        self._source = self._interpreter.get_input_details()[0]["index"]
        self._target = self._interpreter.get_output_details()[0]["index"]
        self._shape: tuple[int, ...] | None = None

    def run(self, values: Numbers) -> Numbers:
        if self._shape != values.shape:
            self._interpreter.resize_tensor_input(self._source, values.shape)
            self._interpreter.allocate_tensors()
            self._shape = values.shape
        self._interpreter.set_tensor(self._source, values)
        self._interpreter.invoke()
        result: Numbers = self._interpreter.get_tensor(self._target)
        return result


def frozen(model: Any) -> Any:
    """A Keras model with one input and one output as TensorFlow's concrete function, its variables constants.

    The form of conversion that gave the right numbers for every backbone tried.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    signature = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    function = tf.function(lambda x: model(x, training=False), autograph=False)
    return convert_variables_to_constants_v2(function.get_concrete_function(signature))


def to_litert(model: Any, prepare: Callable[[Any], None] = lambda converter: None) -> bytes:
    """A Keras model with one input and one output as a LiteRT flat buffer, float32 if nothing else is said.

    ``prepare`` is given the converter before it converts. ``from_concrete_functions([function], model)``
    gives NaN for some backbones. The converter of TensorFlow 1 takes the frozen graph as it is; that of
    TensorFlow 2 would freeze it once more, which costs a quarter of the time and changes no number.
    """
    import tensorflow as tf

    function = frozen(model)
    converter = tf.compat.v1.lite.TFLiteConverter(
        function.graph.as_graph_def(), function.inputs, function.outputs
    )
    prepare(converter)
    content: bytes = converter.convert()
    return content
