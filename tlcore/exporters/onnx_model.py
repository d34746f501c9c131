"""ONNX: one file that many runtimes read, in many languages."""

from pathlib import Path
from typing import Any

from tlcore import runtimes
from tlcore.exporters.exporter import Exporter, Source
from tlcore.exporters.programs import PythonProgram
from tlcore.exporters.tolerances import EXACT
from tlcore.words import mark

FILE = "model.onnx"
# The newest that tf2onnx writes and that runtimes of the last years all read.
_OPSET = 17


def content(model: Any) -> bytes:
    """Of a Keras model: its input is named ``pixels``, its output ``probabilities``."""
    from tf2onnx import convert

    # From the frozen graph: Keras' own export of some networks grows inputs.
    frozen = runtimes.frozen(model)
    (pixels,), (probabilities,) = frozen.inputs, frozen.outputs
    proto, _ = convert.from_graph_def(
        frozen.graph.as_graph_def(),
        input_names=[pixels.name],
        output_names=[probabilities.name],
        opset=_OPSET,
        tensors_to_rename={pixels.name: "pixels", probabilities.name: "probabilities"},
    )
    return bytes(proto.SerializeToString())


def _make(source: Source, folder: Path) -> None:
    (folder / FILE).write_bytes(content(source.model))


ONNX = Exporter(
    "ONNX",
    mark("One .onnx file for ONNX Runtime, OpenVINO, TensorRT, Windows ML and others."),
    _make,
    PythonProgram(
        "import onnxruntime",
        f'MODEL = onnxruntime.InferenceSession(str(FOLDER / "{FILE}"), providers=["CPUExecutionProvider"])',
        'MODEL.run(["probabilities"], {"pixels": pixels})[0][0]',
        "onnxruntime",
    ),
    EXACT,
)
