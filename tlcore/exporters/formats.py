"""The registry: one entry per format, each in a file of its own."""

from tlcore.errors import RunError
from tlcore.exporters.exporter import Exporter
from tlcore.exporters.keras_model import KERAS
from tlcore.exporters.litert import LITERT
from tlcore.exporters.litert_float16 import LITERT_FLOAT16
from tlcore.exporters.litert_int8 import LITERT_INT8
from tlcore.exporters.onnx_model import ONNX
from tlcore.exporters.saved_model import SAVED_MODEL
from tlcore.exporters.web import WEB
from tlcore.suggest import suggestion
from tlcore.words import tr

FORMATS: dict[str, Exporter] = {
    "keras": KERAS,
    "saved_model": SAVED_MODEL,
    "litert": LITERT,
    "litert_float16": LITERT_FLOAT16,
    "litert_int8": LITERT_INT8,
    "onnx": ONNX,
    "web": WEB,
}


def get(format: str) -> Exporter:
    """Raises RunError for an unknown format."""
    if format not in FORMATS:
        raise RunError(
            tr(
                "There is no export format {format!r}.{suggestion} There is: {formats}.",
                format=format,
                suggestion=suggestion(format, FORMATS),
                formats=", ".join(FORMATS),
            )
        )
    return FORMATS[format]
