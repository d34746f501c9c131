"""The Dataset as a record: its pictures, labels and split, to JSON and back, and the id of its content."""

import hashlib
import json
import re
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore.splitting import Split

__all__ = ["Dataset", "Item", "LeftOut", "content_id", "from_json", "to_json"]

_FILE = re.compile(r"[0-9a-f]{64}\.(jpg|png)")


@dataclass(frozen=True)
class Item:
    """One picture and its label, the first one where it has `more`.

    `name` is the file's name as the person knows it: text, never a path.
    """

    sha256: str
    file: str
    label: int
    name: str
    split: Split
    width_px: int
    height_px: int
    more: tuple[int, ...] = ()

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label, *self.more)


@dataclass(frozen=True)
class LeftOut:
    name: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """Items lie in the order (label, sha256, name) whatever the split: splits share cached features."""

    id: str
    name: str
    classes: tuple[str, ...]
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    val_fraction: float
    test_fraction: float
    split_seed: int
    created: str
    folder: Path

    def path(self, item: Item) -> Path:
        return self.folder / "images" / item.file

    def of(self, split: Split) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.split == split)

    @property
    def several_labels(self) -> bool:
        """Whether any picture has more than one label."""
        return any(item.more for item in self.items)

    def targets(self) -> npt.NDArray[np.float32]:
        """What the outputs should say, (items, classes): 1 for each label of a picture, else 0."""
        targets = np.zeros((len(self.items), len(self.classes)), np.float32)
        for row, item in zip(targets, self.items, strict=True):
            row[list(item.labels)] = 1
        return targets

    def counts(self) -> dict[str, dict[Split, int]]:
        """Pictures that have each class, on each side of the split; zeros included."""
        found = Counter((label, item.split) for item in self.items for label in item.labels)
        return {name: {side: found[label, side] for side in Split} for label, name in enumerate(self.classes)}


def content_id(dataset: Dataset) -> str:
    """Stable over sources, machines and Python versions: JSON of what training can see."""
    seen = [
        dataset.classes,
        # A picture of one label is told as before there were several: its dataset keeps its id.
        [(item.sha256, item.label, item.name, *([item.more] if item.more else [])) for item in dataset.items],
        [dataset.val_fraction, dataset.test_fraction, dataset.split_seed],
    ]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]


def to_json(dataset: Dataset) -> dict[str, Any]:
    """All of it but the folder, which is where the manifest lies."""
    told = {key: value for key, value in asdict(dataset).items() if key != "folder"}
    for item in told["items"]:
        # Without further labels, what earlier versions can read too.
        if not item["more"]:
            del item["more"]
    return told


def _fits(labels: tuple[int, ...], classes: int) -> bool:
    return len(set(labels)) == len(labels) and all(0 <= label < classes for label in labels)


def from_json(manifest: dict[str, Any], folder: Path) -> Dataset:
    """Raises KeyError, TypeError, ValueError or IndexError for a manifest that is damaged."""
    items = tuple(
        Item(**{**item, "split": Split(item["split"]), "more": tuple(item.get("more", ()))})
        for item in manifest["items"]
    )
    classes = tuple(manifest["classes"])
    if not all(_FILE.fullmatch(item.file) and _fits(item.labels, len(classes)) for item in items):
        raise ValueError("an item points outside of the dataset")
    texts = {key: manifest[key] for key in ("id", "name", "created")}
    numbers = {key: manifest[key] for key in ("val_fraction", "test_fraction", "split_seed")}
    left_out = tuple(LeftOut(**entry) for entry in manifest["left_out"])
    notes = tuple(manifest["notes"])
    return Dataset(
        **texts, **numbers, classes=classes, items=items, left_out=left_out, notes=notes, folder=folder
    )
