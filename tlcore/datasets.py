"""The immutable Dataset: pictures with labels and a split, named by its content.

On disk: ``datasets/<id>/manifest.json`` and ``images/<sha256>.(jpg|png)``. The id is a hash of classes,
pictures, names and split, so taking the same pictures twice finds the same dataset. A change makes another
dataset, a version, which names its parent; see tlcore/versions.py.
"""

import contextlib
import functools
import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tlcore import cards, sides
from tlcore.cards import Card
from tlcore.errors import NotFound, WorkspaceError
from tlcore.manifest import Dataset, Item, LeftOut, content_id, from_json, to_json
from tlcore.sides import MIN_CLASSES, MIN_IMAGES_PER_CLASS
from tlcore.splitting import Split, check_split, split
from tlcore.words import mark, tr
from tlcore.workspace import Workspace, read_json, sync_folder, write_json

__all__ = [
    "MIN_CLASSES",
    "MIN_IMAGES_PER_CLASS",
    "Card",
    "Dataset",
    "Item",
    "LeftOut",
    "Split",
    "changes",
    "check",
    "check_split",
    "keep",
    "list_all",
    "list_cards",
    "list_damaged",
    "load",
    "resplit",
    "save",
    "save_version",
    "share_file",
    "split",
]


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
    split_by: str = "",
) -> Dataset:
    """Split the items and move `folder` (in the workspace's scratch, holding ``images/``) to its place.

    The items' own `split` is not looked at. A dataset of the same content that is already there is
    returned as it is, unless it is damaged: then this one takes its place.
    Raises DatasetError for too few classes or pictures, WorkspaceError when it cannot be saved.
    """
    sides.check_minimums(classes, items)
    unsplit = Dataset(
        id="",
        name=name,
        classes=tuple(classes),
        items=tuple(sorted(items, key=lambda item: (item.label, item.sha256, item.name, item.more))),
        left_out=tuple(left_out),
        notes=tuple(notes),
        val_fraction=float(val_fraction),
        test_fraction=float(test_fraction),
        split_seed=seed,
        created=datetime.now(UTC).isoformat(),
        folder=folder,
    )
    dataset = sides.preview(
        unsplit, val_fraction=val_fraction, test_fraction=test_fraction, seed=seed, split_by=split_by
    )
    sides.check_sides(dataset)
    return _place(workspace, replace(dataset, id=content_id(dataset)))


def save_version(
    workspace: Workspace, parent: Dataset, changed: Dataset, change: str, *, sources: Iterable[Dataset] = ()
) -> Dataset:
    """The next version of `parent`: `changed`, whose items are split, with a line that says what is new.

    Its files are shared with the parent and the `sources`, by hard links where the disk has them. Content
    that is there already is returned as it is, with its own parent. Raises WorkspaceError, and NotFound for
    a picture that is gone.
    """
    version = replace(
        changed,
        parent=parent.id,
        version=parent.version + 1,
        change=change,
        created=datetime.now(UTC).isoformat(),
    )
    version = replace(version, id=content_id(version))
    if (existing := _existing(workspace, version.id)) is not None:
        return existing
    with workspace.scratch() as scratch:
        folder = Path(scratch) / "dataset"
        (folder / "images").mkdir(parents=True)
        held = {item.file: one for one in (*sources, parent) for item in one.items}
        for file in {item.file for item in version.items}:
            share_file(held[file].folder / "images" / file, folder / "images" / file)
        return _place(workspace, replace(version, folder=folder))


def keep(workspace: Workspace, dataset: Dataset) -> Dataset:
    """A dataset made elsewhere, whole as it is; its folder, in the workspace's scratch, goes to its place.

    Its id must be that of its content. Raises WorkspaceError, and DatasetError where a side lacks a class.
    """
    check(dataset)
    return _place(workspace, dataset)


def check(dataset: Dataset) -> None:
    """Raises DatasetError for one that lacks pictures or classes, or a class on a side."""
    sides.check_minimums(dataset.classes, dataset.items)
    sides.check_sides(dataset, kept=True)


def _place(workspace: Workspace, dataset: Dataset) -> Dataset:
    """Rename the finished folder to its place; the manifest is in it, so there is never half a dataset."""
    write_json(dataset.folder / "manifest.json", to_json(dataset))
    cards.write(dataset)
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
            tr("The dataset could not be saved ({strerror}). Free some space.", strerror=error.strerror)
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
        raise NotFound(tr("The manifest of dataset {id} is not there.", id=id)) from error
    return _read(file, stamp.st_mtime_ns, stamp.st_size)


# A dataset never changes, and every page reads the chosen one at every click.
@functools.lru_cache(maxsize=16)
def _read(file: Path, mtime_ns: int, size: int) -> Dataset:
    manifest = read_json(file)
    try:
        return from_json(manifest, file.parent)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise WorkspaceError(
            tr("The manifest of dataset {name} is damaged. Add the pictures again.", name=file.parent.name)
        ) from error


def list_all(workspace: Workspace) -> list[Dataset]:
    """The readable datasets whole, newest first. `list_damaged` tells of the others."""
    found = []
    for card in list_cards(workspace):
        # Damage that leaves the manifest its size is seen only here.
        with contextlib.suppress(WorkspaceError):
            found.append(load(workspace, card.id))
    return found


def list_cards(workspace: Workspace) -> list[Card]:
    """What lists tell of the readable datasets, newest first; fast with many of them."""
    found = [card for card, _ in map(_look, _folders(workspace)) if card is not None]
    return sorted(found, key=lambda card: (card.created, card.id), reverse=True)


def list_damaged(workspace: Workspace) -> list[LeftOut]:
    """Ids of datasets that cannot be read, each with the sentence to show."""
    looks = [(folder.name, sentence) for folder in _folders(workspace) if (sentence := _look(folder)[1])]
    return [LeftOut(id, sentence) for id, sentence in looks]


def _folders(workspace: Workspace) -> list[Path]:
    return sorted(workspace.datasets.iterdir()) if workspace.datasets.is_dir() else []


def _look(folder: Path) -> tuple[Card | None, str]:
    """The card of a dataset, or the sentence that says why there is none."""
    card = cards.find(folder)
    if card is not None and card.id == folder.name:
        return card, ""
    try:
        return cards.card_of(load(Workspace(folder.parent.parent), folder.name)), ""
    except WorkspaceError as error:
        return None, str(error)


def changes(dataset: Dataset) -> list[LeftOut]:
    """Pictures that are missing or not what they were. Reads every file: for before a resume, not a page."""
    wrong = []
    for item in dataset.items:
        try:
            content = dataset.path(item).read_bytes()
        except OSError:
            wrong.append(LeftOut(item.name, tr("The picture is missing.")))
            continue
        if hashlib.sha256(content).hexdigest() != item.sha256:
            wrong.append(LeftOut(item.name, tr("The picture has been changed.")))
    return wrong


def resplit(
    workspace: Workspace,
    dataset: Dataset,
    *,
    val_fraction: float,
    test_fraction: float,
    seed: int,
    split_by: str = "",
) -> Dataset:
    """The same pictures in the same order, split anew. Raises DatasetError where a side lacks a class."""
    changed = sides.preview(
        dataset, val_fraction=val_fraction, test_fraction=test_fraction, seed=seed, split_by=split_by
    )
    sides.check_sides(changed)
    told = mark(
        "Split anew: {validation:.0f}% for validation, {test:.0f}% for the test, seed {seed}, groups kept "
        "together"
    )
    if not split_by:
        told = mark("Split anew: {validation:.0f}% for validation, {test:.0f}% for the test, seed {seed}")
    change = tr(told, validation=100 * val_fraction, test=100 * test_fraction, seed=seed)
    return save_version(workspace, dataset, changed, change)


def share_file(source: Path, target: Path) -> None:
    """Have a picture's file in another dataset too. Raises NotFound, WorkspaceError."""
    try:
        os.link(source, target)
        return
    except OSError:
        pass  # Another disk, or one without hard links.
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError as error:
        raise NotFound(tr("A picture of this dataset is missing. Add the pictures again.")) from error
    except OSError as error:
        raise WorkspaceError(
            tr("The pictures could not be copied ({strerror}). Free some space.", strerror=error.strerror)
        ) from error
