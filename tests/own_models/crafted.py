"""Model files as people bring them, and as nobody should: real ones by Keras, and ones changed by hand."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py


def saved(model: Any, path: Path) -> Path:
    model.save(path)
    return path


def small(name: str = "small") -> Any:
    """A little network on 8 × 8 colour pictures, three classes."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.Flatten(name="flat"),
            layers.Dense(5, activation="relu", name="hidden"),
            layers.Dense(3, activation="softmax", name="classes"),
        ],
        name=name,
    )


def dense_784() -> Any:
    import keras
    from keras import layers

    hidden = [layers.Dense(32, activation="relu", name=f"hidden_{i}") for i in (1, 2, 3)]
    return keras.Sequential(
        [keras.Input((784,), name="pixels"), *hidden, layers.Dense(10, activation="softmax", name="digit")]
    )


def changed(source: Path, target: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """A copy of a .keras file with another config.json; ``change`` may return its text."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    text = change(config)
    parts["config.json"] = (text if isinstance(text, str) else json.dumps(config)).encode()
    return zipped(parts, target)


def with_weights(source: Path, target: Path, change: Callable[[h5py.File], None]) -> Path:
    """A copy of a .keras file whose weights file was changed."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    inside = io.BytesIO(parts["model.weights.h5"])
    with h5py.File(inside, "r+") as file:
        change(file)
    return zipped(parts | {"model.weights.h5": inside.getvalue()}, target)


def zipped(parts: dict[str, bytes], target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target


def external_link(file: h5py.File) -> None:
    del file["layers/dense/vars/0"]
    file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/other.h5", "/secret")


def soft_link(file: h5py.File) -> None:
    file["layers/again"] = h5py.SoftLink("/layers/dense")


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(5,), dtype="f4")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "secret", shape=(5,))
    del file["layers/dense/vars/1"]
    file.create_virtual_dataset("layers/dense/vars/1", layout)


def external_storage(file: h5py.File) -> None:
    del file["layers/dense/vars/1"]
    file.create_dataset("layers/dense/vars/1", (5,), "f4", external=[("/etc/passwd", 0, 20)])


def never_written(file: h5py.File) -> None:
    """Declares 40 GB, and holds none of it."""
    file.create_dataset("layers/huge", (10**10,), "f4", chunks=(10**6,), compression="gzip")


def text(file: h5py.File) -> None:
    file["layers/note"] = "not a number"


def circle(file: h5py.File) -> None:
    """Harmless: a group that is its own part is looked through once."""
    file["layers/self"] = file["layers"]
