"""A file of weights that a person brings for a backbone of the registry, in the weights folder.

Read only when nothing in it points elsewhere, and used only when every number in it has its place.
"""

import os
import re
import shutil
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tlcore import keras_files
from tlcore.archives import clean_text
from tlcore.errors import ModelFileError, WeightsUnavailable, WorkspaceError
from tlcore.keras_files import check_weights_file
from tlcore.recipe_parts import WEIGHT_SUFFIXES
from tlcore.words import mark, tr
from tlcore.workspace import Workspace, sync_folder, write_atomic

if TYPE_CHECKING:
    import keras

# The first is one piece: a number comes before it.
SUFFIXES = (".weights.h5", *WEIGHT_SUFFIXES)
_SAVE = mark(
    "Save it in Keras with network.save_weights('mine.weights.h5') from the same network, without its top."
)


def keep(workspace: Workspace, name: str, content: bytes | Path) -> str:
    """Store a file in the weights folder; its name there, which a recipe may give. Raises ModelFileError.

    Where another file has that name, this one gets a number.
    """
    safe = _safe_name(name)
    with workspace.scratch() as scratch:
        made = Path(scratch) / safe
        try:
            if isinstance(content, Path):
                shutil.copyfile(content, made)
            else:
                write_atomic(made, content)
            check(made)
            return _placed(workspace, made, safe)
        except OSError as error:
            raise WorkspaceError(
                tr(
                    "{safe} could not be saved ({strerror}). Free some space.",
                    safe=safe,
                    strerror=error.strerror,
                )
            ) from error


def check(path: Path) -> None:
    """Raises ModelFileError for a file that is not weights, points at other files, or is too large."""
    if not path.is_file():
        raise ModelFileError(
            tr("There is no file {name!r} in the weights folder. Bring it first.", name=path.name)
        )
    if not path.name.endswith(SUFFIXES):
        raise ModelFileError(
            tr(
                "{name!r} is not a file of Keras weights ({endings}). {way_out}",
                name=path.name,
                endings=", ".join(SUFFIXES),
                way_out=tr(_SAVE),
            )
        )
    if path.suffix == ".keras":
        with tempfile.TemporaryDirectory() as folder, keras_files.opened(path) as file:
            file.write_weights(Path(folder) / "mine.weights.h5")
    else:
        check_weights_file(path)


def load(network: "keras.Model", path: Path) -> None:
    """Copy a file's weights into the network: all of them, or none.

    Raises WeightsUnavailable when they are not exactly those of such a network.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            check(path)
            if path.suffix == ".keras":
                inner = Path(folder) / "mine.weights.h5"
                with keras_files.opened(path) as file:
                    file.write_weights(inner)
            else:
                inner = path
            _check_numbers(network, inner, path.name)
        except ModelFileError as error:
            raise WeightsUnavailable(str(error)) from error
        before = network.get_weights()
        try:
            network.load_weights(inner)
        except Exception as error:  # Keras and HDF5 raise many things where shapes do not fit.
            network.set_weights(before)
            raise _unfit(network, path.name) from error
    if not all(np.isfinite(weight).all() for weight in network.get_weights()):
        network.set_weights(before)
        raise WeightsUnavailable(
            tr(
                "{name} holds numbers that are infinite or no numbers. {way_out}",
                name=path.name,
                way_out=tr(_SAVE),
            )
        )


def _check_numbers(network: "keras.Model", path: Path, name: str) -> None:
    """Keras passes over what it finds no place for in silence; so the counts are compared first."""
    needed, found = sorted(int(w.size) for w in network.get_weights()), _sizes(path)
    if needed != found:
        raise _unfit(
            network,
            name,
            tr(" ({numbers:,} numbers for {weights:,} weights)", numbers=sum(found), weights=sum(needed)),
        )


def _sizes(path: Path) -> list[int]:
    """How many numbers each weight in the file has; those of optimizers and seeds are not weights."""
    import h5py

    sizes: list[int] = []

    def visit(place: str, item: Any) -> None:
        outside = place.startswith(("optimizer", "_optimizer")) or "seed_generator" in place
        if isinstance(item, h5py.Dataset) and not outside:
            sizes.append(int(item.size))

    with h5py.File(path, "r") as root:
        root.visititems(visit)
    return sorted(sizes)


def _unfit(network: "keras.Model", name: str, counts: str = "") -> WeightsUnavailable:
    return WeightsUnavailable(
        tr(
            "The weights in {file} are not those of this backbone, {network}{counts}; nothing was loaded. "
            "{way_out}",
            file=name,
            network=network.name,
            counts=counts,
            way_out=tr(_SAVE),
        )
    )


def _safe_name(name: str) -> str:
    """A name that is no path and is the same on every system."""
    last = clean_text(name).replace("\\", "/").rpartition("/")[2]
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", plain).lstrip("._-")[-100:]
    if not safe.endswith(SUFFIXES) or safe in SUFFIXES:
        raise ModelFileError(
            tr(
                "{name!r} is not a file of Keras weights ({endings}). {way_out}",
                name=clean_text(name)[:80],
                endings=", ".join(SUFFIXES),
                way_out=tr(_SAVE),
            )
        )
    return safe


def _placed(workspace: Workspace, made: Path, name: str) -> str:
    workspace.weights.mkdir(parents=True, exist_ok=True)
    suffix = next(suffix for suffix in SUFFIXES if name.endswith(suffix))
    stem = name.removesuffix(suffix)
    number, target = 1, workspace.weights / name
    while not _reserved(target):
        if _same(target, made):
            return target.name
        number += 1
        target = workspace.weights / f"{stem}-{number}{suffix}"
    try:
        os.replace(made, target)
    except OSError:
        target.unlink()
        raise
    sync_folder(workspace.weights)
    return target.name


def _reserved(target: Path) -> bool:
    """Whether the name was free; then an empty file holds it, as two people may bring one name at once."""
    try:
        # Not a hard link, which would be whole at once: sticks and shares often have none.
        target.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with open(one, "rb") as first, open(other, "rb") as second:
        while chunk := first.read(1 << 20):
            if chunk != second.read(1 << 20):
                return False
    return True
