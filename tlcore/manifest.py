"""The Dataset as a record: its pictures, labels and split, to JSON and back, and the id of its content.

``manifest.json`` is plain JSON for other tools too:

- ``id``, ``name``, ``created`` (ISO 8601), ``classes``: the names, in the order of the labels.
- ``items``: one picture each. ``file`` lies in ``images/`` beside the manifest, named by ``sha256``, the hash
  of its content; ``label`` is a place in ``classes``, ``more`` the places of further labels; ``name`` is
  the file's name at its source, ``folder`` the folders it came from above that of its class, ``group`` what
  labels.csv says of it; ``split`` is train, val or test; ``width_px`` and ``height_px``. What is empty of
  ``more``, ``folder`` and ``group`` is left out.
- ``val_fraction``, ``test_fraction``, ``split_seed`` and ``split_by`` (empty, ``table``, ``folder:<level>``)
  say how it was split; ``together`` has lists of ``sha256`` that stay on one side besides.
- ``version`` counts from 1; ``parent`` is the id of the dataset it was made from, or empty; ``change`` says
  in a line what was changed.
- ``left_out``: ``name`` and ``reason`` of each file that was not taken in; ``notes``: sentences on the rest.
"""

import hashlib
import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore.splitting import Split, split, split_several

__all__ = ["Dataset", "Item", "LeftOut", "content_id", "from_json", "to_json"]

_FILE = re.compile(r"[0-9a-f]{64}\.(jpg|png)")


@dataclass(frozen=True, slots=True)
class Item:
    """One picture and its label, the first one where it has `more`.

    `name` is the file's name as the person knows it; `folder` and `group` say where it came from and with
    which others it belongs. All three are text, never a path.
    """

    sha256: str
    file: str
    label: int
    name: str
    split: Split
    width_px: int
    height_px: int
    more: tuple[int, ...] = ()
    folder: str = ""
    group: str = ""

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label, *self.more)


_ITEM_FIELDS = [field.name for field in fields(Item)]


@dataclass(frozen=True)
class LeftOut:
    name: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """Items lie in the order (label, sha256, name) whatever the split, and in a later version in the order of
    its parent, new ones last: splits and versions share cached features."""

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
    split_by: str = ""
    together: tuple[tuple[str, ...], ...] = ()
    version: int = 1
    parent: str = ""
    change: str = ""

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
        [_seen(item) for item in dataset.items],
        [dataset.val_fraction, dataset.test_fraction, dataset.split_seed],
    ]
    if dataset.split_by or dataset.together:
        seen.append([dataset.split_by, dataset.together])
    sides = [item.split for item in dataset.items]
    # Of a later version too, unless it has the very split that its pictures would be given anew.
    if seen[3:] or sides != _plain_split(dataset):
        seen.append(sides)
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]


def _seen(item: Item) -> list[Any]:
    # What is empty is not told: a dataset without it keeps the id it had before there was any of it.
    seen = [item.sha256, item.label, item.name, *([item.more] if item.more else [])]
    return [*seen, item.folder, item.group] if item.folder or item.group else seen


def _plain_split(dataset: Dataset) -> list[Split]:
    sha256s = [item.sha256 for item in dataset.items]
    how = {"val_fraction": dataset.val_fraction, "test_fraction": dataset.test_fraction}
    if dataset.several_labels:
        return split_several([i.labels for i in dataset.items], sha256s, **how, seed=dataset.split_seed)
    return split([item.label for item in dataset.items], sha256s, **how, seed=dataset.split_seed)


def to_json(dataset: Dataset) -> dict[str, Any]:
    """All of it but the folder, which is where the manifest lies."""
    told = {field.name: getattr(dataset, field.name) for field in fields(dataset)}
    del told["folder"]
    return told | {
        "items": [_told(item) for item in dataset.items],
        "left_out": [asdict(entry) for entry in dataset.left_out],
    }


def _told(item: Item) -> dict[str, Any]:
    told = {field: getattr(item, field) for field in _ITEM_FIELDS}
    # Without them, what earlier versions can read too.
    for field in ("more", "folder", "group"):
        if not told[field]:
            del told[field]
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
    # Manifests of before there were versions have none of these.
    later = {key: manifest[key] for key in ("split_by", "version", "parent", "change") if key in manifest}
    return Dataset(
        **texts,
        **numbers,
        **later,
        classes=classes,
        items=items,
        left_out=tuple(LeftOut(**entry) for entry in manifest["left_out"]),
        notes=tuple(manifest["notes"]),
        together=tuple(tuple(sha256s) for sha256s in manifest.get("together", ())),
        folder=folder,
    )
