"""labels.csv: which labels each picture has, where a folder can say only one.

Two shapes: columns ``file`` and ``labels`` (names separated by ``;`` or ``|``), or ``file`` and one column of
0 and 1 per class. ``file`` is a path relative to labels.csv, or a bare file name that is there only once.
With such a table no folders are needed. Both columns may have the other names that such tables give them. A
column ``group`` says which pictures belong together: of one animal, one patient, one place.
"""

import csv
import functools
import io
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tlcore import labels_notes
from tlcore.archives import Found, clean_text
from tlcore.errors import DatasetError
from tlcore.labels_notes import NAME
from tlcore.report import Report, quoted
from tlcore.words import mark, tr

__all__ = ["NAME", "Listed", "read"]

MAX_BYTES = 20 * 10**6
MAX_ROWS = 200_000

_HOW = mark("Give {file} a header 'file,labels' and a row like 'images/1.jpg,cat;dog' for each picture.")
_FILE_COLUMNS = ("file", "filename", "file_name", "image", "path")
_LABEL_COLUMNS = ("labels", "label", "class")
_GROUP_COLUMNS = ("group",)
_DELIMITERS = ",;\t"
_SEPARATORS = re.compile("[;|]")
# Tables written by programs hold 0 and 1 as fractions once a cell of the column was empty.
_SAID = {"0": False, "1": True, "0.0": False, "1.0": True}


@dataclass(frozen=True)
class Listed:
    """What labels.csv says, by the name of the Found; `folder` is where it lies, '' for the root."""

    folder: str
    labels: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, str]
    """Of the files that have one."""


@dataclass(frozen=True)
class _Row:
    """As written."""

    file: str
    labels: list[str]
    group: str


def read(files: Sequence[Found], report: Report) -> tuple[list[Found], Listed | None]:
    """The files without labels.csv, and what it says of them; None where there is none.

    It must lie above all the pictures; elsewhere it is left out. Raises DatasetError for a file that is
    damaged, too large, or names no picture.
    """
    named: list[Found] = []
    others: list[Found] = []
    for found in files:
        (named if _base(found.name).casefold() == NAME else others).append(found)
    # Files at the very top may be anything: they do not say where the pictures lie.
    inside = [_folder(found.name) for found in others if "/" in found.name]
    above = f"{posixpath.commonpath(inside)}/" if inside else ""
    tables = []
    for found in named:
        folder = _folder(found.name)
        if not folder or above.startswith(f"{folder}/"):
            tables.append(found)
        else:
            where = tr("{file} is read only above the folders of pictures. Move it there.", file=NAME)
            report.leave_out(found.name, where)
    if len(tables) > 1:
        raise DatasetError(
            tr(
                "There are {count} files called {file}: {names}. Keep one.",
                count=len(tables),
                file=NAME,
                names=quoted(found.name for found in tables),
            )
        )
    if not tables:
        return others, None
    rows = list(_rows(_text(tables[0]), report))
    folder = _folder(tables[0].name)
    return others, _matched(rows, others, folder, report)


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _text(table: Found) -> str:
    if table.size_bytes > MAX_BYTES:
        raise labels_notes.too_large(table.size_bytes, MAX_BYTES)
    content = table.read()
    # A zip may declare less than it holds.
    if len(content) > MAX_BYTES:
        raise labels_notes.too_large(len(content), MAX_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(tr("{file} is not in UTF-8. Save it anew as 'CSV UTF-8'.", file=NAME)) from error
    if "\0" in text:
        raise DatasetError(
            tr("{file} is no text: it holds zero bytes. Save it anew as 'CSV UTF-8'.", file=NAME)
        )
    if not text.strip():
        raise DatasetError(tr("{file} is empty. {way_out}", file=NAME, way_out=tr(_HOW, file=NAME)))
    return text


def _rows(text: str, report: Report) -> Iterator[_Row]:
    head = next(line for line in text.splitlines() if line.strip())
    # Which of the three separates the columns: the one that the header has most of.
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = next((cells for cells in reader if any(map(str.strip, cells))), [])
        columns = _Columns([clean_text(name) for name in header], report)
        count = 0
        for cells in reader:
            if not any(map(str.strip, cells)):
                continue
            count += 1
            if count > MAX_ROWS:
                raise DatasetError(
                    tr(
                        "{file} has more than {limit:,} rows, the limit. Use fewer pictures.",
                        file=NAME,
                        limit=MAX_ROWS,
                    )
                )
            yield columns.read(cells, reader.line_num, delimiter)
    except csv.Error as error:
        raise DatasetError(
            tr(
                "{file} cannot be read at line {line} ({error}). Look for a quotation mark too many "
                "or too few.",
                file=NAME,
                line=reader.line_num,
                error=error,
            )
        ) from error
    if not count:
        raise DatasetError(
            tr("{file} has a header and no rows. {way_out}", file=NAME, way_out=tr(_HOW, file=NAME))
        )


class _Columns:
    """Where a row holds what."""

    def __init__(self, header: list[str], report: Report) -> None:
        keys = [name.casefold() for name in header]
        file, labels = _called(keys, _FILE_COLUMNS), _called(keys, _LABEL_COLUMNS)
        if (
            file is None
            or keys.count(keys[file]) > 1
            or (labels is not None and keys.count(keys[labels]) > 1)
        ):
            raise DatasetError(
                tr(
                    "The header of {file} is '{text}'. {way_out}",
                    file=NAME,
                    text=_short(", ".join(header)),
                    way_out=tr(_HOW, file=NAME),
                )
            )
        self.width = len(header)
        self.file = file
        self.labels = labels
        self.group = _called(keys, _GROUP_COLUMNS)
        self.classes = {}
        if self.labels is None:
            others = (self.file, self.group)
            self.classes = {i: name for i, name in enumerate(header) if name and i not in others}
            if not self.classes:
                raise DatasetError(
                    tr(
                        "{file} has a column 'file' and no labels. {way_out}",
                        file=NAME,
                        way_out=tr(_HOW, file=NAME),
                    )
                )
        used = {self.file, self.labels, self.group}
        unread = [name for i, name in enumerate(header) if name and i not in used]
        if unread and self.labels is not None:
            report.notes.append(
                tr("Not read of {file}: the columns {names}.", file=NAME, names=quoted(unread))
            )

    def read(self, cells: list[str], line: int, delimiter: str) -> _Row:
        # Spreadsheets end rows with empty cells.
        while len(cells) > self.width and not cells[-1].strip():
            cells.pop()
        if len(cells) != self.width:
            raise labels_notes.wrong_width(line, len(cells), self.width, delimiter)
        if self.labels is not None:
            labels = _SEPARATORS.split(cells[self.labels])
        else:
            labels = [name for i, name in self.classes.items() if _said(cells[i], name, line)]
        return _Row(cells[self.file], labels, "" if self.group is None else clean_text(cells[self.group]))


def _called(keys: Sequence[str], names: Sequence[str]) -> int | None:
    """The column of the first of these names that is there."""
    return next((keys.index(name) for name in names if name in keys), None)


def _said(cell: str, name: str, line: int) -> bool:
    try:
        return _SAID[cell.strip()]
    except KeyError as error:
        raise DatasetError(
            tr(
                "Line {line} of {file} has '{text}' in the column '{column}'; 0 or 1 is needed. For "
                "names of labels, call the column 'labels'.",
                line=line,
                file=NAME,
                text=_short(cell),
                column=_short(name),
            )
        ) from error


def _short(text: str) -> str:
    text = clean_text(text)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _matched(rows: Sequence[_Row], files: Sequence[Found], folder: str, report: Report) -> Listed:
    """What is said of each file that a row names; several rows for one file are put together."""
    paths = {_path(found.name.removeprefix(f"{folder}/") if folder else found.name): found for found in files}
    bases = {_base(path): found for path, found in paths.items()}
    often = Counter(map(_base, paths))
    listed: dict[str, dict[str, None]] = {}
    groups: dict[str, str] = {}
    times: Counter[str] = Counter()
    unknown: list[str] = []
    unclear: list[str] = []
    for row in rows:
        path = _path(row.file.replace("\\", "/").strip().removeprefix("./"))
        found = paths.get(path) or (bases.get(path) if often[path] == 1 else None)
        if found is None:
            (unclear if often[path] > 1 else unknown).append(_short(row.file))
            continue
        times[found.name] += 1
        if row.group:
            groups[found.name] = row.group
        names = map(_label, row.labels)
        listed.setdefault(found.name, {}).update(dict.fromkeys(name for name in names if name))
    if not listed:
        raise DatasetError(
            tr(
                "No row of {file} names a picture; the first is '{text}'. Write each path as seen from "
                "{file}, with the file's ending.",
                file=NAME,
                text=_short(rows[0].file),
            )
        )
    again = [_base(name) for name, n in times.items() if n > 1]
    labels_notes.tell(report, unknown, unclear, again)
    return Listed(folder, {name: tuple(labels) for name, labels in listed.items()}, groups)


def _path(name: str) -> str:
    return "/".join(clean_text(part) for part in name.split("/"))


# The same few labels come again with every row.
@functools.lru_cache(maxsize=4096)
def _label(name: str) -> str:
    return clean_text(name)
