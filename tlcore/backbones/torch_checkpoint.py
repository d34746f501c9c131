"""Read the tensors of a torch checkpoint without torch, and without running what a file tells us to.

The legacy format: pickles of a magic number, a version and the machine's sizes; the pickled state dict, whose
tensors name storages; the pickled list of storages; then each storage, its length (int64) and its numbers.
"""

import hashlib
import io
import pickle
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tlcore.errors import WeightsUnavailable
from tlcore.words import tr

_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_STORAGES: "dict[str, np.dtype[Any]]" = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: "np.dtype[Any]"
    length: int


@dataclass(frozen=True)
class _Tensor:
    """A view into a storage; offset and strides count numbers, not bytes."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read(path: Path, sha256: str) -> dict[str, "np.ndarray[Any, Any]"]:
    """The tensors of a file by name. Raises WeightsUnavailable when it is not exactly the file expected."""
    content = path.read_bytes()
    # The hash is of the very bytes that are parsed: a file may change between two readings.
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WeightsUnavailable(
            tr(
                "{name} is damaged: its SHA-256 is not {sha256}. Delete it and get it again.",
                name=path.name,
                sha256=sha256,
            )
        )
    return parse(content)


def parse(content: bytes) -> dict[str, "np.ndarray[Any, Any]"]:
    """The tensors of a legacy checkpoint. Raises WeightsUnavailable for anything else, having run nothing."""
    try:
        return _parse(content)
    except Exception as error:  # A damaged or forged pickle can raise anything.
        raise WeightsUnavailable(
            tr(
                "The checkpoint was not opened: it holds more or less than weights ({reason}). Get it again.",
                reason=str(error)[:100],
            )
        ) from error


def _parse(content: bytes) -> dict[str, "np.ndarray[Any, Any]"]:
    file = io.BytesIO(content)
    if _load(file) != _MAGIC or _load(file) != _VERSION or not _load(file)["little_endian"]:
        raise ValueError("not a legacy torch file")
    state = _load(file)
    keys = _load(file)
    tensors = {str(name): value for name, value in state.items() if isinstance(value, _Tensor)}
    declared = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    numbers = {key: _read_storage(file, declared[key]) for key in keys}
    return {name: _view(tensor, numbers[tensor.storage.key]) for name, tensor in tensors.items()}


def _load(file: io.BytesIO) -> Any:
    return _WeightsUnpickler(file).load()


class _WeightsUnpickler(pickle.Unpickler):
    """Admits an ordered dict, tensors and their storages; any other name in the file is refused."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in _STORAGES:
            return _storage_type(name)
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, storage_type, key, _location, length, view = pid
        if kind != "storage" or view is not None:
            raise pickle.UnpicklingError("a storage of an unknown kind")
        return _Storage(str(key), storage_type(), int(length))


def _storage_type(name: str) -> "Callable[[], np.dtype[Any]]":
    return lambda: _STORAGES[name]


def _rebuild_tensor(storage: _Storage, offset: int, shape: Any, strides: Any, *_rest: Any) -> _Tensor:
    return _Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))


def _read_storage(file: io.BytesIO, storage: _Storage) -> "np.ndarray[Any, Any]":
    length = int.from_bytes(file.read(8), "little")
    raw = file.read(length * storage.dtype.itemsize)
    if length != storage.length or len(raw) != length * storage.dtype.itemsize:
        raise ValueError("it is cut short")
    return np.frombuffer(raw, storage.dtype)


def _view(tensor: _Tensor, numbers: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    steps = zip(tensor.shape, tensor.strides, strict=True)
    last = tensor.offset + sum((size - 1) * stride for size, stride in steps)
    # as_strided checks nothing: a forged shape would read foreign memory.
    if min((0, tensor.offset, *tensor.strides)) < 0 or min((1, *tensor.shape)) < 1 or last >= len(numbers):
        raise ValueError("a tensor reaches outside its storage")
    strides = tuple(stride * numbers.itemsize for stride in tensor.strides)
    return np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, strides, writeable=False)
