"""LiteRT, called TensorFlow Lite before: one small file for phones and small computers.

What of it is quantized later lies in its own modules.
"""

from pathlib import Path

from tlcore import runtimes
from tlcore.exporters.exporter import Exporter, Source
from tlcore.exporters.programs import PythonProgram
from tlcore.exporters.tolerances import EXACT
from tlcore.words import mark

FILE = "model.tflite"

PROGRAM = PythonProgram(
    "from ai_edge_litert.interpreter import Interpreter",
    f"""\
MODEL = Interpreter(str(FOLDER / "{FILE}"))
MODEL.allocate_tensors()
SOURCE, TARGET = MODEL.get_input_details()[0]["index"], MODEL.get_output_details()[0]["index"]


def run(pixels):
    MODEL.set_tensor(SOURCE, pixels)
    MODEL.invoke()
    return MODEL.get_tensor(TARGET)""",
    "run(pixels)[0]",
    "ai-edge-litert",
)


def _make(source: Source, folder: Path) -> None:
    (folder / FILE).write_bytes(runtimes.to_litert(source.model))


LITERT = Exporter(
    "LiteRT",
    mark(
        "One .tflite file for Android, iOS, a Raspberry Pi, or Python without TensorFlow. Known as "
        "TensorFlow Lite before."
    ),
    _make,
    PROGRAM,
    EXACT,
)
