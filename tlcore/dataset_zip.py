"""A dataset as a zip that other tools read: ``train/<class>/<picture>``, and its manifest.

Thaw takes the same zip in again, with the split that it says. With several labels per picture they lie in
``train/``, ``val/`` and ``test/`` themselves, and ``labels.csv`` says their labels.
"""

import csv
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tlcore import cells, user_files
from tlcore.errors import NotFound
from tlcore.labels_file import NAME
from tlcore.manifest import Dataset, Item, to_json
from tlcore.words import tr

__all__ = ["chunks", "paths", "size_bytes", "write"]

MAX_NAME_CHARACTERS = 80
CHUNK_BYTES = 1 << 20

# What Windows, macOS or a path cannot have in a name.
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def write(dataset: Dataset, target: Path) -> Path:
    """Write the zip and return where it is; `target` is there whole or not at all, whatever happens.

    Picture by picture, so memory does not grow with the dataset. Raises NotSaved when it cannot be written,
    NotFound for a picture that is gone.
    """
    # Pictures are compressed already.
    with user_files.writing(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for _ in _filled(archive, dataset):
            pass
    return target


def chunks(dataset: Dataset) -> Iterator[bytes]:
    """The same zip in pieces of about CHUNK_BYTES, made as they are taken: it needs neither memory nor disk.

    Raises NotFound at once where a picture is gone.
    """
    if not all(dataset.path(item).is_file() for item in dataset.items):
        raise _missing()
    return _chunks(dataset)


def _chunks(dataset: Dataset) -> Iterator[bytes]:
    sent = _Sent()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_STORED) as archive:
        for _ in _filled(archive, dataset):
            # Between two pictures: of the one before nothing is changed any more.
            if sent.waiting >= CHUNK_BYTES:
                yield sent.take()
    yield sent.take()


class _Sent(io.BytesIO):
    """A file whose beginning has been given away. What is left of it can be changed, as zipfile does with the
    header of a picture when it has seen the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    @property
    def waiting(self) -> int:
        return super().tell()

    def take(self) -> bytes:
        content = self.getvalue()
        self.given += len(content)
        super().seek(0)
        self.truncate()
        return content

    def tell(self) -> int:
        return self.given + super().tell()

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        found = super().seek(place - self.given if whence == os.SEEK_SET else place, whence)
        return self.given + found


def size_bytes(dataset: Dataset) -> int:
    """What its pictures take, near enough the size of the zip."""
    return sum(path.stat().st_size for item in dataset.items if (path := dataset.path(item)).is_file())


def paths(dataset: Dataset) -> Iterator[tuple[Item, str]]:
    """Each item with its path in the zip: names that every system takes, and no two alike in any case."""
    taken: set[str] = set()
    folders = _class_folders(dataset)
    for item in dataset.items:
        folder = item.split.value if dataset.several_labels else f"{item.split.value}/{folders[item.label]}"
        ending = PurePosixPath(item.file).suffix
        stem = _safe(PurePosixPath(item.name).stem if item.name else "", f"picture-{item.sha256[:8]}")
        yield item, _unlike(f"{folder}/{stem}", ending, taken)


def _class_folders(dataset: Dataset) -> list[str]:
    taken: set[str] = set()
    return [_unlike(_safe(name, f"class-{label}"), "", taken) for label, name in enumerate(dataset.classes)]


def _unlike(start: str, ending: str, taken: set[str]) -> str:
    name, number = f"{start}{ending}", 2
    while name.casefold() in taken:
        name, number = f"{start} ({number}){ending}", number + 1
    taken.add(name.casefold())
    return name


def _safe(name: str, otherwise: str) -> str:
    cleaned = _UNSAFE.sub("_", name)[:MAX_NAME_CHARACTERS].strip(" .")
    return f"_{cleaned}" if _RESERVED.fullmatch(cleaned) else cleaned or otherwise


def _filled(archive: zipfile.ZipFile, dataset: Dataset) -> Iterator[None]:
    """Fill the archive, with a rest after each picture."""
    placed = list(paths(dataset))
    for item, path in placed:
        try:
            archive.write(dataset.path(item), path)
        except FileNotFoundError as error:
            raise _missing() from error
        yield
    if dataset.several_labels:
        archive.writestr(NAME, _table(dataset, placed))
    archive.writestr("manifest.json", json.dumps(to_json(dataset), indent=1, ensure_ascii=False))


def _table(dataset: Dataset, placed: list[tuple[Item, str]]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["file", "labels", "group"])
    for item, path in placed:
        names = ";".join(_plain(dataset.classes[label]) for label in item.labels)
        rows.writerow([path, names, _plain(item.group)])
    return text.getvalue()


def _plain(cell: str) -> str:
    """Not a formula, and without the marks that separate labels."""
    return cells.plain(cell.replace(";", ",").replace("|", "/"))


def _missing() -> NotFound:
    return NotFound(tr("A picture of this dataset is missing. Add the pictures again."))
