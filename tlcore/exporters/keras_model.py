"""The ``.keras`` file: preprocessing inside, so that it takes RGB 0–255 and nothing else has to be known."""

import os
from pathlib import Path
from typing import Any

from tlcore.errors import WorkspaceError
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
        raise WorkspaceError(f"The model could not be saved ({error.strerror}). Free some space.") from error
    finally:
        temporary.unlink(missing_ok=True)


PROGRAM = """\
import json, sys, keras, numpy as np
from PIL import Image, ImageOps
rgb = ImageOps.exif_transpose(Image.open(sys.argv[1])).convert("RGB").resize(({size}, {size}), Image.BILINEAR)
scores = keras.models.load_model("model.keras").predict(np.asarray(rgb, "float32")[None], verbose=0)[0]
print(dict(zip(json.load(open("labels.json", encoding="utf-8")), scores.round(4).tolist())))
"""
