"""What a model file is, by its content; for each kind that cannot be a backbone, the way out."""

import zipfile
from typing import IO

from tlcore.errors import ModelFileError
from tlcore.words import mark, tr

SAVE = mark("Save it in Keras with model.save('model.keras') and bring that file.")

_HDF5 = b"\x89HDF\r\n\x1a\n"
_HEAD_BYTES = 64
_TORCH = mark(
    "{label} is a PyTorch file, which may run code when opened; only Keras models are read. {way_out}"
)
_TORCH_OUT = mark(
    "Rebuild the network in Keras, copy its weights, and save it with model.save('model.keras')."
)
_TF_OUT = mark(
    "Load it with TensorFlow or the tool that made it, rebuild it in Keras, and save it with "
    "model.save('model.keras')."
)


def check_is_keras(file: IO[bytes], label: str) -> None:
    """Raises ModelFileError unless the file is a zip with the parts of a Keras 3 model; it is rewound."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise ModelFileError(_other(head, label))
    names = _names(file, label)
    file.seek(0)
    if any(name.rpartition("/")[2] == "data.pkl" for name in names):
        raise ModelFileError(tr(_TORCH, label=label, way_out=tr(_TORCH_OUT)))
    if any(name.rpartition("/")[2] == "saved_model.pb" for name in names):
        raise ModelFileError(
            tr(
                "{label} is a zipped TensorFlow SavedModel, which may run code. {way_out}",
                label=label,
                way_out=tr(_TF_OUT),
            )
        )
    if "config.json" not in names:
        raise ModelFileError(
            tr(
                "{label} is a zip, but not a Keras model: it has no config.json. {way_out}",
                label=label,
                way_out=tr(SAVE),
            )
        )


def is_hdf5(head: bytes) -> bool:
    return head.startswith(_HDF5)


def _names(file: IO[bytes], label: str) -> list[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise damaged(label) from error


def damaged(label: str) -> ModelFileError:
    return ModelFileError(
        tr(
            "{label} is a damaged file: it is cut short or was changed on its way. Save or send it again.",
            label=label,
        )
    )


def _other(head: bytes, label: str) -> str:
    """What is wrong with a file that is no zip, and what to do."""
    name = label.strip("'").lower()
    if not head:
        return tr("{label} is empty. {way_out}", way_out=tr(SAVE), label=label)
    if is_hdf5(head):
        return tr(
            "{label} is an HDF5 file: a model in the old .h5 format, or weights alone. Load it in Keras and "
            "save it with model.save('model.keras'); weights alone go into the weights folder, for a "
            "known backbone.",
            label=label,
        )
    if head[0] == 0x80 and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        if name.endswith((".pth", ".pt")):
            return tr(_TORCH, label=label, way_out=tr(_TORCH_OUT))
        return tr(
            "{label} is a Python pickle, which runs code when opened. {way_out}",
            way_out=tr(SAVE),
            label=label,
        )
    if head[4:8] == b"TFL3":
        return tr(
            "{label} is a LiteRT (.tflite) graph, made to predict; it cannot be trained further. Bring the "
            "Keras model it was converted from, saved with model.save('model.keras').",
            label=label,
        )
    if name.endswith(".onnx") or (head[:1] == b"\x08" and head[2:3] == b"\x12" and head[1] > 2):
        return tr(
            "{label} is an ONNX graph, made to predict; it is not read. {way_out}",
            way_out=tr(_TORCH_OUT),
            label=label,
        )
    if name.endswith(".pb") or head[:3] == b"\x08\x01\x12":
        return tr(
            "{label} is a part of a TensorFlow SavedModel or graph, which may run code. {way_out}",
            way_out=tr(_TF_OUT),
            label=label,
        )
    if name.endswith(".safetensors"):
        return tr(
            "{label} holds weights without their network. {way_out}", way_out=tr(_TORCH_OUT), label=label
        )
    if name.endswith(".keras"):
        return tr(
            "{label} is a damaged file: it does not begin as a .keras file does. Save or send it again.",
            label=label,
        )
    return tr("{label} is not a Keras model. {way_out}", way_out=tr(SAVE), label=label)
