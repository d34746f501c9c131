"""Checkpoints of a run: an immutable folder for an epoch's end, from which the training can go on.

    checkpoints/<epoch>/   weights.npz  optimizer.npz  best.npz  state.json  manifest.json

The manifest holds the hash of each of the others and is written last; the folder gets its name when all of it
is on the disk. So a checkpoint is there whole or not at all, and a damaged one is known.
"""

import contextlib
import hashlib
import json
import math
import os
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore.errors import NotSaved
from tlcore.words import tr
from tlcore.workspace import new_id, sync_folder

Array = npt.NDArray[Any]

VERSION = 1
# The newest may turn out to be damaged.
NEWEST_KEPT = 2

_MADE, _GONE = ".made-", ".gone-"
_ARRAYS = ("weights", "optimizer", "best")
FILES = (*(f"{name}.npz" for name in _ARRAYS), "state.json", "manifest.json")
"""Of a checkpoint's folder."""


@dataclass(frozen=True)
class Checkpoint:
    """All that is needed to go on from the end of an epoch, beside the recipe, the dataset and the seeds."""

    epoch: int
    """Epochs done in all phases."""
    phase: int
    phase_epochs: int
    """Epochs done in this phase."""
    phase_ended: bool
    val_accuracy: float
    """Of this epoch; NaN where there was none yet."""
    weights: Sequence[Array]
    """Of the layers that have been trained so far, and no others."""
    optimizer: Sequence[Array] = ()
    best: Sequence[Array] = ()
    """The weights that early stopping would go back to; empty without it."""
    state: dict[str, Any] = field(default_factory=dict)
    """JSON: the counters of the callbacks, and the seconds it took."""

    @property
    def size_bytes(self) -> int:
        return sum(array.nbytes for name in _ARRAYS for array in getattr(self, name))


@dataclass(frozen=True)
class Found:
    checkpoint: Checkpoint | None
    damaged: tuple[int, ...] = ()
    """The epochs of newer ones that cannot be read."""


def save(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint and remove those that are no longer needed. One that is there is left as it is.

    Raises NotSaved when the disk is full; what was saved before is unharmed.
    """
    target = folder / str(checkpoint.epoch)
    if target.exists():
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _clear_up(folder)
        made = folder / f"{_MADE}{new_id()}"
        made.mkdir()
        try:
            _write_all(made, checkpoint)
            # Named last: a reader must never see half a checkpoint.
            os.rename(made, target)
            sync_folder(folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        raise NotSaved(
            tr(
                "A checkpoint could not be saved ({strerror}). Free some space; what was saved before is "
                "unharmed.",
                strerror=error.strerror,
            )
        ) from error
    for epoch in _superseded(folder):
        discard(folder, epoch)


def latest(folder: Path, most_epochs: int | None = None) -> Found:
    """The newest readable checkpoint of at most so many epochs."""
    damaged: list[int] = []
    for epoch in reversed(epochs(folder)):
        if most_epochs is not None and epoch > most_epochs:
            continue
        found = _read(folder / str(epoch))
        if found is not None:
            return Found(found, tuple(damaged))
        damaged.append(epoch)
    return Found(None, tuple(damaged))


def is_whole(folder: Path, epoch: int) -> bool:
    """Whether the checkpoint of an epoch is there and undamaged; its numbers are not held in memory."""
    return _state(folder / str(epoch)) is not None


def newest_whole(folder: Path) -> int | None:
    """The epoch of the newest that is undamaged."""
    return next((epoch for epoch in reversed(epochs(folder)) if is_whole(folder, epoch)), None)


def epochs(folder: Path) -> list[int]:
    """Of the checkpoints that are there, readable or not; ascending."""
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    return sorted(int(name) for name in names if name.isascii() and name.isdecimal())


def discard(folder: Path, epoch: int) -> None:
    """Remove one: at once, then its files, so that it is never seen without some of them."""
    with contextlib.suppress(OSError):
        gone = folder / f"{_GONE}{new_id()}"
        os.rename(folder / str(epoch), gone)
        shutil.rmtree(gone, ignore_errors=True)


def discard_all_but(folder: Path, epoch: int) -> None:
    for other in epochs(folder):
        if other != epoch:
            discard(folder, other)


def _clear_up(folder: Path) -> None:
    """What a killed process left half made, or half removed."""
    for left in [*folder.glob(f"{_MADE}*"), *folder.glob(f"{_GONE}*")]:
        shutil.rmtree(left, ignore_errors=True)


def _superseded(folder: Path) -> list[int]:
    """All but the newest and the one with the highest validation accuracy."""
    numbers = epochs(folder)
    best = max(numbers, key=lambda epoch: _val_accuracy(folder / str(epoch)))
    return [epoch for epoch in numbers[:-NEWEST_KEPT] if epoch != best]


def _val_accuracy(folder: Path) -> float:
    try:
        value = float(json.loads((folder / "state.json").read_bytes())["val_accuracy"])
    except (OSError, ValueError, KeyError, TypeError):
        return -1.0
    return -1.0 if math.isnan(value) else value


def _write_all(folder: Path, checkpoint: Checkpoint) -> None:
    state = {
        "epoch": checkpoint.epoch,
        "phase": checkpoint.phase,
        "phase_epochs": checkpoint.phase_epochs,
        "phase_ended": checkpoint.phase_ended,
        "val_accuracy": checkpoint.val_accuracy,
        "state": checkpoint.state,
    }
    for name in _ARRAYS:
        with open(folder / f"{name}.npz", "wb") as file:
            np.savez(file, *getattr(checkpoint, name))
            _sync(file)
    _write_json(folder / "state.json", state)
    hashes = {file.name: _sha256(file) for file in sorted(folder.iterdir())}
    _write_json(folder / "manifest.json", {"version": VERSION, "sha256": hashes})
    sync_folder(folder)


def _write_json(path: Path, value: Any) -> None:
    with open(path, "wb") as file:
        # NaN is no JSON, but Python's: nobody else reads this.
        file.write(json.dumps(value).encode())
        _sync(file)


def _sync(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile)


def _read(folder: Path) -> Checkpoint | None:
    """None for one that is damaged in any way."""
    fields = _state(folder)
    if fields is None:
        return None
    try:
        arrays: dict[str, Any] = {name: _arrays(folder / f"{name}.npz") for name in _ARRAYS}
        return Checkpoint(**fields, **arrays)
    except _DAMAGE:
        return None


def _state(folder: Path) -> dict[str, Any] | None:
    """What is beside the arrays; None where a file is missing or not as it was written."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        names = {f"{name}.npz" for name in _ARRAYS} | {"state.json"}
        whole = manifest["sha256"].keys() == names and manifest["version"] == VERSION
        if not whole or any(_sha256(folder / name) != manifest["sha256"][name] for name in names):
            return None
        return dict(json.loads((folder / "state.json").read_bytes()))
    except _DAMAGE:
        return None


def _arrays(path: Path) -> list[Array]:
    with np.load(path, allow_pickle=False) as file:
        return [file[f"arr_{position}"] for position in range(len(file.files))]
