"""The checkpoint reader: exact, and deaf to whatever else a file asks for."""

import os
import pickle
import struct
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tlcore import backbones
from tlcore.backbones import torch_checkpoint, weights
from tlcore.errors import WeightsUnavailable

BUNDLED = backbones.get("efficientnet_lite0").weights_file
NUMBERS = np.arange(6, dtype="<f4")


class Named:
    """Pickles as a call of a name, as torch's own classes do, or as an attacker would."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.call = (function, args)

    def __reduce__(self) -> Any:
        return self.call


class _Pickler(pickle._Pickler):  # type: ignore[name-defined, misc]
    """Writes torch's names without torch, and storages as persistent ids."""

    def persistent_id(self, obj: Any) -> Any:
        return obj[1:] if isinstance(obj, tuple) and obj[:1] == ("persistent",) else None


class Global:
    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __call__(self) -> None: ...


def _save_global(pickler: Any, obj: Global) -> None:
    pickler.write(f"c{obj.module}\n{obj.name}\n".encode())


_Pickler.dispatch = {**pickle._Pickler.dispatch, Global: _save_global}  # type: ignore[attr-defined]


def pickled(value: Any) -> bytes:
    import io

    out = io.BytesIO()
    _Pickler(out, protocol=2).dump(value)
    return out.getvalue()


def tensor(offset: int = 0, shape: tuple[int, ...] = (2, 3), strides: tuple[int, ...] = (3, 1)) -> Named:
    storage = ("persistent", "storage", Global("torch", "FloatStorage"), "7", "cpu", 6, None)
    rebuild = Global("torch._utils", "_rebuild_tensor_v2")
    return Named(rebuild, storage, offset, shape, strides, False, OrderedDict())


def checkpoint(state: Any, numbers: np.ndarray = NUMBERS) -> bytes:
    header = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}]
    pickles = b"".join(pickled(value) for value in [*header, state, ["7"]])
    return pickles + struct.pack("<q", len(numbers)) + numbers.tobytes()


def test_a_tensor_and_its_transpose() -> None:
    content = checkpoint(OrderedDict(w=tensor(), t=tensor(0, (3, 2), (1, 3)), tail=tensor(4, (2,), (1,))))
    tensors = torch_checkpoint.parse(content)
    assert tensors["w"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert tensors["t"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert tensors["tail"].tolist() == [4, 5]


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        (0, (7,), (1,)),
        (1, (2, 3), (3, 1)),
        (0, (2,), (6,)),
        (-1, (2,), (1,)),
        (0, (2,), (-1,)),
        (0, (0,), (1,)),
    ],
)
def test_a_tensor_outside_its_storage_is_refused(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> None:
    with pytest.raises(WeightsUnavailable, match="outside its storage"):
        torch_checkpoint.parse(checkpoint(OrderedDict(w=tensor(offset, shape, strides))))


def test_a_file_that_would_run_a_command_is_refused(tmp_path: Path) -> None:
    trace = tmp_path / "it_ran"
    evil = checkpoint(OrderedDict(w=Named(os.system, f"touch {trace}")))
    with pytest.raises(WeightsUnavailable, match=r"it asks for posix\.system|it asks for nt\.system"):
        torch_checkpoint.parse(evil)
    assert not trace.exists()


@pytest.mark.parametrize(
    "name",
    [
        ("builtins", "eval"),
        ("collections", "Counter"),
        ("collections", "OrderedDict.__init__"),
        ("torch", "load"),
    ],
)
def test_any_other_name_is_refused(name: tuple[str, str]) -> None:
    with pytest.raises(WeightsUnavailable, match=f"it asks for {name[0]}.{name[1]}"):
        torch_checkpoint.parse(checkpoint(OrderedDict(w=Named(Global(*name), "1"))))


def test_an_altered_or_cut_file_is_refused(tmp_path: Path) -> None:
    whole = weights.obtain(BUNDLED, tmp_path).read_bytes()
    altered = bytearray(whole)
    altered[-5] ^= 1
    for content in (altered, whole[:-1], b""):
        (tmp_path / "x.pth").write_bytes(content)
        with pytest.raises(WeightsUnavailable, match=r"x\.pth is damaged: its SHA-256 is not 5793"):
            torch_checkpoint.read(tmp_path / "x.pth", str(BUNDLED.hash))


def test_damage_past_the_hash_is_still_an_error_of_ours() -> None:
    content = checkpoint(OrderedDict(w=tensor()))
    for length in range(len(content)):
        with pytest.raises(WeightsUnavailable):
            torch_checkpoint.parse(content[:length])
