"""The Dataset as a record: its pictures, labels and split, to JSON and back, and the id of its content."""

import hashlib
import json
import re
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tlcore.splitting import Split

__all__ = ["Dataset", "Item", "LeftOut", "content_id", "from_json", "to_json"]

_FILE = re.compile(r"[0-9a-f]{64}\.(jpg|png)")


@dataclass(frozen=True)
class Item:
    """One picture under one label. `name` is the file's name as the person knows it: text, never a path."""

    sha256: str
    file: str
    label: int
    name: str
    split: Split
    width_px: int
    height_px: int


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

    def counts(self) -> dict[str, dict[Split, int]]:
        """Pictures of each class on each side of the split; zeros included."""
        found = Counter((item.label, item.split) for item in self.items)
        return {name: {side: found[label, side] for side in Split} for label, name in enumerate(self.classes)}


def content_id(dataset: Dataset) -> str:
    """Stable over sources, machines and Python versions: JSON of what training can see."""
    seen = [
        dataset.classes,
        [(item.sha256, item.label, item.name) for item in dataset.items],
        [dataset.val_fraction, dataset.test_fraction, dataset.split_seed],
    ]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]


def to_json(dataset: Dataset) -> dict[str, Any]:
    """All of it but the folder, which is where the manifest lies."""
    return {key: value for key, value in asdict(dataset).items() if key != "folder"}


def from_json(manifest: dict[str, Any], folder: Path) -> Dataset:
    """Raises KeyError, TypeError, ValueError or IndexError for a manifest that is damaged."""
    items = tuple(Item(**{**item, "split": Split(item["split"])}) for item in manifest["items"])
    classes = tuple(manifest["classes"])
    if not all(_FILE.fullmatch(item.file) and 0 <= item.label < len(classes) for item in items):
        raise ValueError("an item points outside of the dataset")
    texts = {key: manifest[key] for key in ("id", "name", "created")}
    numbers = {key: manifest[key] for key in ("val_fraction", "test_fraction", "split_seed")}
    left_out = tuple(LeftOut(**entry) for entry in manifest["left_out"])
    notes = tuple(manifest["notes"])
    return Dataset(
        **texts, **numbers, classes=classes, items=items, left_out=left_out, notes=notes, folder=folder
    )
