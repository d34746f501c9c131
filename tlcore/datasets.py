"""The immutable Dataset: pictures with labels and a split, named by its content.

On disk: ``datasets/<id>/manifest.json`` and ``images/<sha256>.(jpg|png)``. The id is a hash of classes,
pictures, names and split, so taking the same pictures twice finds the same dataset.
"""

import functools
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tlcore.errors import DatasetError, NotFound, WorkspaceError
from tlcore.manifest import Dataset, Item, LeftOut, content_id, from_json, to_json
from tlcore.splitting import Split, check_split, split, split_several
from tlcore.workspace import Workspace, read_json, sync_folder, write_json

__all__ = [
    "MIN_CLASSES",
    "MIN_IMAGES_PER_CLASS",
    "Dataset",
    "Item",
    "LeftOut",
    "Split",
    "changes",
    "check_split",
    "list_all",
    "list_damaged",
    "load",
    "resplit",
    "save",
    "split",
]

MIN_CLASSES = 2
MIN_IMAGES_PER_CLASS = 4


def save(
    workspace: Workspace,
    folder: Path,
    *,
    name: str,
    classes: Sequence[str],
    items: Sequence[Item],
    left_out: Sequence[LeftOut] = (),
    notes: Sequence[str] = (),
    val_fraction: float,
    test_fraction: float,
    seed: int,
) -> Dataset:
    """Split the items and move `folder` (in the workspace's scratch, holding ``images/``) to its place.

    The items' own `split` is not looked at. A dataset of the same content that is already there is
    returned as it is, unless it is damaged: then this one takes its place.
    Raises DatasetError for too few classes or pictures, WorkspaceError when it cannot be saved.
    """
    ordered = sorted(items, key=lambda item: (item.label, item.sha256, item.name, item.more))
    sha256s = [item.sha256 for item in ordered]
    _check_minimums(classes, Counter(label for item in ordered for label in item.labels))
    fractions = {"val_fraction": val_fraction, "test_fraction": test_fraction}
    if any(item.more for item in ordered):
        sides = split_several([item.labels for item in ordered], sha256s, **fractions, seed=seed)
    else:
        sides = split([item.label for item in ordered], sha256s, **fractions, seed=seed)
    dataset = Dataset(
        id="",
        name=name,
        classes=tuple(classes),
        items=tuple(replace(item, split=side) for item, side in zip(ordered, sides, strict=True)),
        left_out=tuple(left_out),
        notes=tuple(notes),
        val_fraction=float(val_fraction),
        test_fraction=float(test_fraction),
        split_seed=seed,
        created=datetime.now(UTC).isoformat(),
        folder=folder,
    )
    _check_sides(dataset)
    return _place(workspace, replace(dataset, id=content_id(dataset)))


def _check_minimums(classes: Sequence[str], found: Counter[int]) -> None:
    if len(classes) < MIN_CLASSES:
        raise DatasetError(f"There are {len(classes)} classes; a classifier needs at least {MIN_CLASSES}.")
    for label, name in enumerate(classes):
        n = found[label]
        if n < MIN_IMAGES_PER_CLASS:
            images = "image" if n == 1 else "images"
            raise DatasetError(
                f"Class '{name}' has {n} usable {images}; {MIN_IMAGES_PER_CLASS} are needed. "
                f"Add {MIN_IMAGES_PER_CLASS - n} more, or remove the class."
            )


def _check_sides(dataset: Dataset) -> None:
    """Quotas fail only where most of a class is also in another one."""
    way = "Keep each picture in one class."
    if dataset.several_labels:
        way = "Add pictures of it, or split with other shares."
    needed = [Split.TRAIN, Split.VAL] + ([Split.TEST] if dataset.test_fraction > 0 else [])
    for name, sides in dataset.counts().items():
        for side in needed:
            if not sides[side]:
                raise DatasetError(
                    f"Class '{name}' has no picture for {side}: too many of its pictures are also in another "
                    f"class. {way}"
                )


def _place(workspace: Workspace, dataset: Dataset) -> Dataset:
    """Rename the finished folder to its place; the manifest is in it, so there is never half a dataset."""
    write_json(dataset.folder / "manifest.json", to_json(dataset))
    target = workspace.datasets / dataset.id
    try:
        workspace.datasets.mkdir(parents=True, exist_ok=True)
        existing = _existing(workspace, dataset.id)
        if existing is not None:
            return existing
        if target.exists():
            os.rename(target, dataset.folder.parent / "damaged")
        os.rename(dataset.folder, target)
        sync_folder(workspace.datasets)
    except OSError as error:
        # Two people may take the same pictures at once: the first one's are as good.
        existing = _existing(workspace, dataset.id)
        if existing is not None:
            return existing
        raise WorkspaceError(
            f"The dataset could not be saved ({error.strerror}). Free some space."
        ) from error
    return replace(dataset, folder=target)


def _existing(workspace: Workspace, id: str) -> Dataset | None:
    try:
        dataset = load(workspace, id)
    except WorkspaceError:
        return None
    return None if changes(dataset) else dataset


def load(workspace: Workspace, id: str) -> Dataset:
    """Raises NotFound, or WorkspaceError for a manifest that is damaged."""
    file = workspace.folder(workspace.datasets, id, "dataset") / "manifest.json"
    try:
        stamp = file.stat()
    except OSError as error:
        raise NotFound(f"The manifest of dataset {id} is not there.") from error
    return _read(file, stamp.st_mtime_ns, stamp.st_size)


# A dataset never changes, and every page lists them all at every click.
@functools.lru_cache(maxsize=64)
def _read(file: Path, mtime_ns: int, size: int) -> Dataset:
    manifest = read_json(file)
    try:
        return from_json(manifest, file.parent)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise WorkspaceError(
            f"The manifest of dataset {file.parent.name} is damaged. Add the pictures again."
        ) from error


def list_all(workspace: Workspace) -> list[Dataset]:
    """The readable datasets, newest first. `list_damaged` tells of the others."""
    return _scan(workspace)[0]


def list_damaged(workspace: Workspace) -> list[LeftOut]:
    """Ids of datasets that cannot be read, each with the sentence to show."""
    return _scan(workspace)[1]


def _scan(workspace: Workspace) -> tuple[list[Dataset], list[LeftOut]]:
    found, damaged = [], []
    folders = sorted(workspace.datasets.iterdir()) if workspace.datasets.is_dir() else []
    for folder in folders:
        try:
            found.append(load(workspace, folder.name))
        except WorkspaceError as error:
            damaged.append(LeftOut(folder.name, str(error)))
    found.sort(key=lambda dataset: (dataset.created, dataset.id), reverse=True)
    return found, damaged


def changes(dataset: Dataset) -> list[LeftOut]:
    """Pictures that are missing or not what they were. Reads every file: for before a resume, not a page."""
    wrong = []
    for item in dataset.items:
        try:
            content = dataset.path(item).read_bytes()
        except OSError:
            wrong.append(LeftOut(item.name, "The picture is missing."))
            continue
        if hashlib.sha256(content).hexdigest() != item.sha256:
            wrong.append(LeftOut(item.name, "The picture has been changed."))
    return wrong


def resplit(
    workspace: Workspace, dataset: Dataset, *, val_fraction: float, test_fraction: float, seed: int
) -> Dataset:
    """A new dataset of the same pictures in the same order; the files are shared where the disk allows it."""
    with workspace.scratch() as scratch:
        folder = Path(scratch) / "dataset"
        (folder / "images").mkdir(parents=True)
        for file in {item.file for item in dataset.items}:
            _share_file(dataset.folder / "images" / file, folder / "images" / file)
        return save(
            workspace,
            folder,
            name=dataset.name,
            classes=dataset.classes,
            items=dataset.items,
            left_out=dataset.left_out,
            notes=dataset.notes,
            val_fraction=val_fraction,
            test_fraction=test_fraction,
            seed=seed,
        )


def _share_file(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
        return
    except OSError:
        pass  # Another disk, or one without hard links.
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError as error:
        raise NotFound("A picture of this dataset is missing. Add the pictures again.") from error
    except OSError as error:
        raise WorkspaceError(
            f"The pictures could not be copied ({error.strerror}). Free some space."
        ) from error
