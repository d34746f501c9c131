"""A checkpoint that somebody sent: looked at before training reads it, so that no number in it is believed.

An array file says how many numbers it holds, and NumPy makes room for as many: here it must hold them.
"""

import io
import math
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from pydantic import BaseModel, ConfigDict, Field

from tlcore import archives, checkpoints, run_records
from tlcore.archives import Found
from tlcore.errors import DatasetError
from tlcore.words import tr

__all__ = ["check"]

_MEMBER = re.compile(r"arr_[0-9]{1,5}\.npy")
_MAX_HEADER_BYTES = 10_000


class _State(BaseModel):
    """Of ``state.json``; a validation accuracy that was not measured is NaN."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    epoch: int = Field(ge=1, le=10**7)
    phase: int = Field(ge=0, lt=8)
    phase_epochs: int = Field(ge=0, le=10**7)
    phase_ended: bool
    val_accuracy: float
    state: dict[str, Any]


class _Manifest(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    version: int
    sha256: dict[str, str]


def check(folder: Path, epoch: int) -> None:
    """Of a folder with all of a checkpoint's files, none above a limit. Raises RunError."""
    state = run_records.parsed(_State, (folder / "state.json").read_bytes(), "state.json")
    run_records.parsed(_Manifest, (folder / "manifest.json").read_bytes(), "manifest.json")
    if state.epoch != epoch or not checkpoints.is_whole(folder.parent, epoch):
        raise run_records.damaged(tr("a checkpoint"))
    for name in checkpoints.FILES:
        if name.endswith(".npz"):
            _check_arrays(folder / name)


def _check_arrays(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            # An archive of nothing is what stands for no weights.
            if not archive.infolist():
                return
        with archives.opened(path) as listing:
            whole = not listing.skipped and not listing.folders and all(map(_is_array, listing.files))
    except (DatasetError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise run_records.damaged(path.name) from error
    if not whole:
        raise run_records.damaged(path.name)


def _is_array(found: Found) -> bool:
    """Whether it is as long as its header says, and of plain numbers."""
    if not _MEMBER.fullmatch(found.name) or found.chunks is None:
        return False
    head = io.BytesIO(next(found.chunks(archives.MAX_TOTAL_BYTES), b""))
    version = npy.read_magic(head)
    if version not in ((1, 0), (2, 0)):
        return False
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, kind = read(head, max_header_size=_MAX_HEADER_BYTES)
    return (
        np.dtype(kind).kind in "biuf"
        and all(side >= 0 for side in shape)
        and found.size_bytes == head.tell() + math.prod(shape) * kind.itemsize
    )
