"""Which class a file belongs to: the folder that directly holds it.

Folders `train`, `val`, `test` around the classes are put together, and names that look alike are one class.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tlcore.archives import Found, clean_text
from tlcore.errors import DatasetError
from tlcore.report import MAX_LISTED, Report

__all__ = ["MAX_CLASS_NAME_CHARACTERS", "File", "place"]

MAX_CLASS_NAME_CHARACTERS = 100

_SPLIT_FOLDERS = {"train", "training", "val", "valid", "validation", "test", "testing"}


@dataclass(frozen=True)
class File:
    """A file with its place among the classes: `folder` as found, `class_name` as shown."""

    found: Found
    shown: str
    folder: str
    class_name: str


def place(files: Sequence[Found], report: Report) -> list[File]:
    """Each file with the class of its folder, in the order of classes and names."""
    paths = _without_split_folders(_without_wrapper([_parts(found.name) for found in files]), report)
    placed = []
    for found, parts in zip(files, paths, strict=True):
        if len(parts) < 2:
            report.leave_out(found.name, "It lies in no class folder. Move it into the folder of its class.")
        elif not parts[-2]:
            report.leave_out(found.name, "Its folder has no readable name. Rename the folder.")
        else:
            placed.append(File(found, parts[-1], "/".join(parts[:-1]), parts[-2]))
    return sorted(_one_name_per_class(placed, report), key=lambda file: file.class_name)


def _parts(name: str) -> list[str]:
    return [clean_text(part) for part in name.split("/")]


def _without_wrapper(paths: list[list[str]]) -> list[list[str]]:
    """Paths below the folders that merely wrap all the others."""
    while len({parts[0] for parts in paths}) == 1 and any(len(parts) > 2 for parts in paths):
        if any(len(parts) < 2 for parts in paths):
            break
        paths = [parts[1:] for parts in paths]
    return paths


def _without_split_folders(paths: list[list[str]], report: Report) -> list[list[str]]:
    found = {parts[0] for parts in paths if len(parts) > 1}
    tops = {name.casefold() for name in found}
    nested = any(len(parts) > 2 for parts in paths)
    if not nested or not tops <= _SPLIT_FOLDERS or not tops & {"train", "training"}:
        return paths
    names = ", ".join(f"'{name}'" for name in sorted(found))
    report.notes.append(f"The folders {names} were put together; the split was made anew.")
    return [parts[1:] if len(parts) > 1 else parts for parts in paths]


def _one_name_per_class(files: Sequence[File], report: Report) -> list[File]:
    """Folders whose names differ only in case, or lie in different places, are one class."""
    folders: dict[str, list[str]] = defaultdict(list)
    names: dict[str, str] = {}
    for file in files:
        key = _class_key(file.class_name)
        names.setdefault(key, file.class_name)
        if file.folder not in folders[key]:
            folders[key].append(file.folder)
    for key, name in names.items():
        if len(name) > MAX_CLASS_NAME_CHARACTERS:
            raise DatasetError(
                f"The class name '{name[:20]}…' has {len(name)} characters; {MAX_CLASS_NAME_CHARACTERS} is "
                "the limit. Shorten the folder's name."
            )
        if len(folders[key]) > 1:
            listed = ", ".join(f"'{folder}'" for folder in folders[key][:MAX_LISTED])
            report.notes.append(f"The folders {listed} are one class, '{name}'.")
    return [replace(file, class_name=names[_class_key(file.class_name)]) for file in files]


def _class_key(name: str) -> str:
    return clean_text(name.casefold())
