"""TensorFlow's SavedModel: a folder that TensorFlow, TensorFlow Serving and other languages read."""

from pathlib import Path

from tlcore.exporters.exporter import Exporter, Source
from tlcore.exporters.programs import PythonProgram
from tlcore.exporters.tolerances import EXACT
from tlcore.words import mark


def _make(source: Source, folder: Path) -> None:
    """Not by Keras' ``export``, which keeps every weight twice and gives up on some names of layers."""
    import tensorflow as tf

    module = tf.Module()
    module.weights = [variable.value for variable in source.model.variables]
    module.serve = tf.function(
        lambda pixels: source.model(pixels, training=False),
        input_signature=[tf.TensorSpec((None, *source.model.input_shape[1:]), tf.float32, "pixels")],
        autograph=False,
    )
    tf.saved_model.save(module, str(folder / "saved_model"), signatures={"serving_default": module.serve})


SAVED_MODEL = Exporter(
    "TensorFlow SavedModel",
    mark("A folder for TensorFlow itself: TensorFlow Serving, TensorFlow in C++, Java or Go."),
    _make,
    PythonProgram(
        "import tensorflow",
        'MODEL = tensorflow.saved_model.load(str(FOLDER / "saved_model"))',
        "MODEL.serve(pixels).numpy()[0]",
        "tensorflow",
    ),
    EXACT,
)
