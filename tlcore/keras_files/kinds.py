"""What a model file is, by its content; for each kind that cannot be a backbone, the way out."""

import zipfile
from typing import IO

from tlcore.errors import ModelFileError
from tlcore.words import tr

SAVE = "Save it in Keras with model.save('model.keras') and bring that file."

_HDF5 = b"\x89HDF\r\n\x1a\n"
_HEAD_BYTES = 64
_TORCH = "is a PyTorch file, which may run code when opened; only Keras models are read"
_TORCH_OUT = "Rebuild the network in Keras, copy its weights, and save it with model.save('model.keras')."
_TF = "Load it with TensorFlow or the tool that made it, rebuild it in Keras, and "
_TF_OUT = _TF + "save it with model.save('model.keras')."


def check_is_keras(file: IO[bytes], label: str) -> None:
    """Raises ModelFileError unless the file is a zip with the parts of a Keras 3 model; it is rewound."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise ModelFileError(f"{label} {_other(head, label)}")
    names = _names(file, label)
    file.seek(0)
    if any(name.rpartition("/")[2] == "data.pkl" for name in names):
        raise ModelFileError(f"{label} {_TORCH}. {_TORCH_OUT}")
    if any(name.rpartition("/")[2] == "saved_model.pb" for name in names):
        raise ModelFileError(
            tr(
                "{label} is a zipped TensorFlow SavedModel, which may run code. {TF_OUT}",
                label=label,
                TF_OUT=_TF_OUT,
            )
        )
    if "config.json" not in names:
        raise ModelFileError(
            tr(
                "{label} is a zip, but not a Keras model: it has no config.json. {SAVE}",
                label=label,
                SAVE=SAVE,
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
        f"{label} is a damaged file: it is cut short or was changed on its way. Save or send it again."
    )


def _other(head: bytes, label: str) -> str:
    """What is wrong with a file that is no zip, and what to do."""
    name = label.strip("'").lower()
    if not head:
        return tr("is empty. {SAVE}", SAVE=SAVE)
    if is_hdf5(head):
        return tr(
            "is an HDF5 file: a model in the old .h5 format, or weights alone. Load it in Keras and "
            "save it with model.save('model.keras'); weights alone go into the weights folder, for a "
            "known backbone."
        )
    if head[0] == 0x80 and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        if name.endswith((".pth", ".pt")):
            return f"{_TORCH}. {_TORCH_OUT}"
        return tr("is a Python pickle, which runs code when opened. {SAVE}", SAVE=SAVE)
    if head[4:8] == b"TFL3":
        return tr(
            "is a LiteRT (.tflite) graph, made to predict; it cannot be trained further. Bring the "
            "Keras model it was converted from, saved with model.save('model.keras')."
        )
    if name.endswith(".onnx") or (head[:1] == b"\x08" and head[2:3] == b"\x12" and head[1] > 2):
        return tr("is an ONNX graph, made to predict; it is not read. {TORCH_OUT}", TORCH_OUT=_TORCH_OUT)
    if name.endswith(".pb") or head[:3] == b"\x08\x01\x12":
        return tr(
            "is a part of a TensorFlow SavedModel or graph, which may run code. {TF_OUT}", TF_OUT=_TF_OUT
        )
    if name.endswith(".safetensors"):
        return tr("holds weights without their network. {TORCH_OUT}", TORCH_OUT=_TORCH_OUT)
    if name.endswith(".keras"):
        return tr("is a damaged file: it does not begin as a .keras file does. Save or send it again.")
    return tr("is not a Keras model. {SAVE}", SAVE=SAVE)
