"""Which classes a file belongs to: the folder that directly holds it, or what labels.csv says.

Folders `train`, `val`, `test` above or below the classes are sides of the split, not classes, and names that
look alike are one class.
"""

import functools
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tlcore.archives import Found, clean_text
from tlcore.errors import DatasetError
from tlcore.labels_file import NAME, Listed
from tlcore.own_split import SIDES
from tlcore.report import MAX_LISTED, Report
from tlcore.splitting import Split
from tlcore.words import mark, tr, trn

__all__ = ["MAX_CLASS_NAME_CHARACTERS", "File", "place"]

MAX_CLASS_NAME_CHARACTERS = 100

_NO_CLASS = mark("It lies in no class folder. Move it into the folder of its class.")
_NOT_LISTED = mark("It is not in {file}, and its folder is no class. Give it a row there.")
_FOLDERS = mark("The folders {names} are one class, '{class_name}'.")
_LABELS = mark("The labels {names} are one class, '{class_name}'.")

# Deeper down lie things of other kinds.
_MAX_SPLIT_DEPTH = 5

# With labels.csv these only hold pictures, unless it has a label of that name.
_PLAIN_FOLDERS = set(SIDES) | {"data", "images", "img", "imgs", "photos", "pics", "pictures"}


@dataclass(frozen=True)
class File:
    """A file with its place among the classes: `folder` as found, `class_names` as shown.

    There are several of them only where it is `listed` in labels.csv, in its order. `above` are the folders
    it lies in but for that of its class, and `group` is what labels.csv says.
    """

    found: Found
    shown: str
    folder: str
    class_names: tuple[str, ...]
    listed: bool = False
    above: str = ""
    group: str = ""


def place(files: Sequence[Found], report: Report, listed: Listed | None = None) -> list[File]:
    """Each file with its classes, in the order of classes and names."""
    paths = _without_wrapper([_parts(found.name) for found in files])
    inner = _without_split_folders(paths, labels=listed is not None)
    placed = []
    for found, whole, parts in zip(files, paths, inner, strict=True):
        if listed and found.name in listed.labels:
            names = listed.labels[found.name]
            if names:
                folder, group = "/".join(parts[:-1]), listed.groups.get(found.name, "")
                own = len(whole) > 1 and _class_key(whole[-2]) in map(_class_key, names)
                above = _above(whole, parts) if own else "/".join(whole[:-1])
                placed.append(File(found, parts[-1], folder, names, listed=True, above=above, group=group))
            else:
                report.leave_out(
                    found.name, tr("{file} gives it no label. Each picture needs at least one.", file=NAME)
                )
        elif len(parts) < 2 or (listed and found.name.rpartition("/")[0] == listed.folder):
            report.leave_out(found.name, tr(_NOT_LISTED, file=NAME) if listed else tr(_NO_CLASS))
        elif not parts[-2]:
            report.leave_out(found.name, tr("Its folder has no readable name. Rename the folder."))
        else:
            placed.append(
                File(found, parts[-1], "/".join(parts[:-1]), (parts[-2],), above=_above(whole, parts))
            )
    if listed:
        placed = _without_plain_folders(placed, report)
    placed = _one_name_per_class(placed, report)
    if listed:
        _tell_of_folders(placed, report)
    return sorted(placed, key=lambda file: file.class_names)


def _without_plain_folders(files: Sequence[File], report: Report) -> list[File]:
    """Without the pictures that are not listed and lie in a folder that only holds pictures.

    A folder is a class if a label has its name; else unless it is called like `images`, or at least half of
    its files are listed.
    """
    labels = {_class_key(name) for file in files if file.listed for name in file.class_names}
    held = Counter(file.folder for file in files)
    listed = Counter(file.folder for file in files if file.listed)
    kept = []
    for file in files:
        key = _class_key(file.class_names[0])
        plain = key in _PLAIN_FOLDERS or 2 * listed[file.folder] >= held[file.folder]
        if file.listed or key in labels or not plain:
            kept.append(file)
        else:
            report.leave_out(file.found.name, tr(_NOT_LISTED, file=NAME))
    return kept


def _tell_of_folders(files: Sequence[File], report: Report) -> None:
    """How many pictures labels.csv takes out of their folder's class, and how many it leaves there."""
    keys = {_class_key(name) for file in files for name in file.class_names}
    moved = 0
    for file in files:
        folder = _class_key(file.folder.rpartition("/")[2])
        moved += folder in keys and folder not in map(_class_key, file.class_names)
    if moved:
        report.notes.append(
            trn(
                "{n:,} picture: {file} was followed, not the folder.",
                "{n:,} pictures: {file} was followed, not the folder.",
                moved,
                file=NAME,
            )
        )
    if left := sum(not file.listed for file in files):
        report.notes.append(
            trn(
                "{n:,} file not in {file}: the folder is the class.",
                "{n:,} files not in {file}: the folder is the class.",
                left,
                file=NAME,
            )
        )


def _above(whole: list[str], parts: list[str]) -> str:
    """The folders of a path but for that of the class, which is the last one of `parts`."""
    # The class lies above a folder of the split, or is the last folder itself.
    above = whole[:-2] if whole[-2] == parts[-2] else [*whole[:-3], whole[-2]]
    return "/".join(above)


def _parts(name: str) -> list[str]:
    return [clean_text(part) for part in name.split("/")]


def _without_wrapper(paths: list[list[str]]) -> list[list[str]]:
    """Paths below the folders that merely wrap all the others."""
    while len({parts[0] for parts in paths}) == 1 and any(len(parts) > 2 for parts in paths):
        if any(len(parts) < 2 for parts in paths):
            break
        paths = [parts[1:] for parts in paths]
    return paths


def _without_split_folders(paths: list[list[str]], *, labels: bool) -> list[list[str]]:
    """The paths without the folders that name a side of the split."""
    depth = next((depth for depth in range(_MAX_SPLIT_DEPTH) if _is_split_level(paths, depth, labels)), None)
    if depth is None:
        return paths
    return [parts[:depth] + parts[depth + 1 :] if len(parts) > depth + 1 else parts for parts in paths]


def _is_split_level(paths: list[list[str]], depth: int, labels: bool) -> bool:
    """Whether all folders at this depth are called like sides of a split, and are not the classes."""
    held = [parts for parts in paths if len(parts) > depth + 1]
    names = {parts[depth].casefold() for parts in held}
    if not names <= SIDES.keys() or Split.TRAIN not in map(SIDES.get, names):
        return False
    above_classes = any(len(parts) > depth + 2 for parts in held)
    below_classes = len({parts[depth - 1] for parts in held}) > 1 if depth else False
    # Where labels.csv says the classes, these folders may hold the pictures themselves.
    return labels or above_classes or below_classes


def _one_name_per_class(files: Sequence[File], report: Report) -> list[File]:
    """Names that differ only in case, or folders of one name in different places, are one class."""
    folders: dict[str, dict[str, None]] = defaultdict(dict)
    spelt: dict[str, dict[str, None]] = defaultdict(dict)
    # Folders first: a label takes the name of the folder that is there.
    for file in sorted(files, key=lambda file: file.listed):
        for name in file.class_names:
            spelt[_class_key(name)][name] = None
            if not file.listed:
                folders[_class_key(name)][file.folder] = None
    names = {key: next(iter(spellings)) for key, spellings in spelt.items()}
    for key, name in names.items():
        if len(name) > MAX_CLASS_NAME_CHARACTERS:
            way = tr("Shorten the folder's name") if key in folders else tr("Shorten it in {file}", file=NAME)
            raise DatasetError(
                tr(
                    "The class name '{name}…' has {length} characters; {limit} is the limit. {way_out}.",
                    name=name[:20],
                    length=len(name),
                    limit=MAX_CLASS_NAME_CHARACTERS,
                    way_out=way,
                )
            )
        _tell_if_several(_FOLDERS, folders.get(key, {}), name, report)
        if len(folders.get(key, {})) < 2:
            _tell_if_several(_LABELS, spelt[key], name, report)
    return [replace(file, class_names=_distinct(file, names)) for file in files]


def _distinct(file: File, names: dict[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names[_class_key(name)] for name in file.class_names))


def _tell_if_several(told: str, names: dict[str, None], name: str, report: Report) -> None:
    if len(names) > 1:
        listed = ", ".join(f"'{one}'" for one in list(names)[:MAX_LISTED])
        report.notes.append(tr(told, names=listed, class_name=name))


# The same few names come again with every picture.
@functools.lru_cache(maxsize=4096)
def _class_key(name: str) -> str:
    return clean_text(name.casefold())
