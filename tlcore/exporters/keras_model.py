"""The ``.keras`` file: preprocessing inside, so that it takes RGB 0–255 and nothing else has to be known."""

import os
from pathlib import Path
from typing import Any

from tlcore.errors import NotSaved
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
        raise NotSaved(f"The model could not be saved ({error.strerror}). Free some space.") from error
    finally:
        temporary.unlink(missing_ok=True)


# A model with a single output says how likely the second of its two classes is.
SCORES, SCORES_OF_TWO = "scores", "numpy.append(1 - scores, scores)"

PROGRAM = """\
import json, sys, keras, numpy, PIL.Image as pil, PIL.ImageOps
image = PIL.ImageOps.exif_transpose(pil.open(sys.argv[1])).convert("RGBA")
rgb = pil.alpha_composite(pil.new("RGBA", image.size, "white"), image).convert("RGB").resize([{size}] * 2, 2)
scores = keras.models.load_model("model.keras").predict(numpy.float32(rgb)[None], verbose=0)[0]
print(dict(zip(json.load(open("labels.json", encoding="utf-8")), {scores}.round(4).tolist())))
"""
