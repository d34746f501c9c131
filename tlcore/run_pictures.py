"""The pictures that came with a run's file, taken in as a dataset: each is looked at, and its labels."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tlcore import datasets, grouping, images, manifest, run_records
from tlcore.archives import MAX_FILES, clean_text
from tlcore.class_folders import MAX_CLASS_NAME_CHARACTERS
from tlcore.datasets import Dataset, Item, LeftOut
from tlcore.errors import DatasetError, RunError
from tlcore.intake import MAX_CLASSES
from tlcore.run_records import Checked, Count, FileName, Words
from tlcore.splitting import check_split
from tlcore.words import tr
from tlcore.workspace import Workspace

_Side = Annotated[int, Field(ge=1, le=images.MAX_SIDE_PX)]
_Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_ClassName = Annotated[str, StringConstraints(min_length=1, max_length=MAX_CLASS_NAME_CHARACTERS)]


class _Item(Checked):
    sha256: _Hash
    file: FileName
    label: Count
    name: Words
    split: Literal["train", "val", "test"]
    width_px: _Side
    height_px: _Side
    more: list[Count] = []
    folder: Words = ""
    group: Words = ""


class _LeftOut(Checked):
    name: Words
    reason: Words


class _Manifest(Checked):
    id: str = Field(pattern=run_records.DATASET_ID)
    name: str = Field(min_length=1, max_length=MAX_CLASS_NAME_CHARACTERS)
    classes: list[_ClassName] = Field(max_length=MAX_CLASSES)
    items: list[_Item] = Field(max_length=MAX_FILES)
    left_out: list[_LeftOut] = Field(max_length=MAX_FILES)
    notes: list[Words] = Field(max_length=1000)
    val_fraction: float
    test_fraction: float
    split_seed: int
    created: Words
    split_by: Words = ""
    together: list[list[_Hash]] = Field(default=[], max_length=MAX_FILES)
    version: int = Field(default=1, ge=1, le=10**6)
    parent: str = Field(default="", pattern=f"{run_records.DATASET_ID}|^$")
    change: Words = ""


def read(content: bytes, folder: Path) -> Dataset:
    """The dataset of a ``manifest.json`` from elsewhere, as it would lie in a folder. Raises RunError."""
    found = run_records.parsed(_Manifest, content, "manifest.json")
    try:
        dataset = manifest.from_json(found.model_dump(), folder)
        check_split(dataset.val_fraction, dataset.test_fraction, dataset.split_seed)
        grouping.groups_of(dataset.items[:1], dataset.split_by)
    except (DatasetError, KeyError, TypeError, ValueError, IndexError) as error:
        raise run_records.damaged("manifest.json") from error
    if not _holds_together(dataset):
        raise run_records.damaged("manifest.json")
    return replace(
        dataset,
        name=clean_text(dataset.name) or "Pictures",
        change=clean_text(dataset.change),
        notes=tuple(map(clean_text, dataset.notes)),
        left_out=tuple(LeftOut(clean_text(one.name), clean_text(one.reason)) for one in dataset.left_out),
    )


def take(workspace: Workspace, dataset: Dataset, picture: Callable[[str], bytes]) -> Dataset:
    """Check the pictures, and keep them as the dataset that they were where the file was made.

    ``dataset``: as ``read`` gives it, its folder in the workspace's scratch. ``picture`` gives the content of
    an item's file. Raises RunError, DatasetError, WorkspaceError.
    """
    (dataset.folder / "images").mkdir(parents=True)
    for item in {item.file: item for item in dataset.items}.values():
        dataset.path(item).write_bytes(checked(picture(item.file), item))
    return datasets.keep(workspace, dataset)


def checked(content: bytes, item: Item) -> bytes:
    """The content of an item's file, if it is what the item says. Raises RunError, DatasetError."""
    if hashlib.sha256(content).hexdigest() != item.sha256:
        raise RunError(tr("A picture in the file is damaged, or was changed. Export the run again."))
    images.check_kept(content, item.width_px, item.height_px)
    return content


def _holds_together(dataset: Dataset) -> bool:
    """Whether names are fit to be shown, files are named by their content, and the id is that of all this."""
    texts = (text for item in dataset.items for text in (item.name, item.folder, item.group))
    return (
        len(set(dataset.classes)) == len(dataset.classes)
        and all(clean_text(text) == text for text in (*dataset.classes, *texts))
        and all(item.file.startswith(item.sha256) for item in dataset.items)
        and dataset.id == manifest.content_id(dataset)
    )
