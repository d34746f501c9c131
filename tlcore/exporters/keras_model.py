"""The ``.keras`` file: preprocessing inside, so that it takes RGB 0–255 and nothing else has to be known."""

import os
import shutil
from pathlib import Path
from typing import Any

from tlcore.errors import NotSaved
from tlcore.exporters.exporter import Exporter, Source
from tlcore.exporters.programs import PythonProgram
from tlcore.exporters.tolerances import EXACT
from tlcore.words import mark, tr
from tlcore.workspace import sync_folder


def save_keras(model: Any, file: Path) -> None:
    """Save a Keras model so that the file is there whole or not at all."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.keras")
    try:
        model.save(temporary)
        with open(temporary, "rb+") as handle:
            os.fsync(handle.fileno())
        os.replace(temporary, file)
        sync_folder(file.parent)
    except OSError as error:
        raise NotSaved(
            tr("The model could not be saved ({strerror}). Free some space.", strerror=error.strerror)
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _make(source: Source, folder: Path) -> None:
    try:
        # Another name of the same file takes no room; a model that is trained on is a new file.
        os.link(source.file, folder / "model.keras")
    except OSError:
        shutil.copyfile(source.file, folder / "model.keras")


KERAS = Exporter(
    "Keras",
    mark("The model as the run keeps it, one .keras file: to go on with in Keras 3, or to train further."),
    _make,
    PythonProgram(
        "import keras",
        'MODEL = keras.models.load_model(FOLDER / "model.keras")',
        "keras.ops.convert_to_numpy(MODEL(pixels, training=False))[0]",
        "tensorflow",
    ),
    EXACT,
)
