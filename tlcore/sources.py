"""A folder, a zip or an upload as a listing of named files, without what systems leave behind."""

import io
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tlcore import archives
from tlcore.archives import Found, Listing, clean_text
from tlcore.errors import DatasetError
from tlcore.report import Report

__all__ = ["HOW", "Source", "opened", "without_junk"]

HOW = "Put the pictures into one folder per class and zip them."

Source = Path | Iterable[tuple[str, bytes]]

_JUNK = {"__macosx": "__MACOSX", "thumbs.db": "Thumbs.db"} | {
    name.casefold(): name for name in (".DS_Store", "desktop.ini", ".ipynb_checkpoints")
}


@contextmanager
def opened(source: Source) -> Iterator[tuple[Listing, str]]:
    """The files of a source and how to call it in a sentence; readable as long as it is open."""
    if isinstance(source, Path):
        label = f"'{clean_text(source.name)}'"
        if source.is_dir():
            yield _folder_listing(source), label
            return
        with _open_file(source, label) as file:
            _refuse_unless_zip(file.read(4), label)
            with archives.opened(file) as listing:
                yield listing, label
        return
    uploads = list(source)
    if len(uploads) == 1 and "/" not in uploads[0][0]:
        label, content = f"'{clean_text(uploads[0][0])}'", uploads[0][1]
        _refuse_unless_zip(content[:4], label)
        with archives.opened(io.BytesIO(content)) as listing:
            yield listing, label
    else:
        yield _upload_listing(uploads), "The upload"


def _open_file(path: Path, label: str) -> io.BufferedReader:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            _refuse_unless_zip(b"", label)
        return open(path, "rb")
    except OSError as error:
        raise DatasetError(f"{label} cannot be read ({error.strerror}).") from error


def _refuse_unless_zip(head: bytes, label: str) -> None:
    if not archives.is_zip(head):
        raise DatasetError(f"{label} is not a zip archive or a folder of pictures. {HOW}")


def _upload_listing(uploads: Sequence[tuple[str, bytes]]) -> Listing:
    listing = Listing()
    for name, content in uploads:
        if fault := archives.name_fault(name):
            listing.skipped.append((name, fault))
        else:
            listing.files.append(Found(name, len(content), partial(bytes, content)))
    return listing


def _folder_listing(root: Path) -> Listing:
    """Everything below a folder. Links are not followed: they may lead anywhere, or in a circle."""
    listing = Listing()

    def unreadable(error: OSError) -> None:
        listing.skipped.append((Path(error.filename).name, f"The folder cannot be read ({error.strerror})."))

    for folder, subfolders, names in os.walk(root, onerror=unreadable):
        below = Path(folder).relative_to(root).as_posix()
        prefix = "" if below == "." else f"{below}/"
        if fault := archives.depth_fault(prefix + "x"):
            listing.skipped.append((below, fault))
            subfolders.clear()
            continue
        links = [name for name in subfolders if Path(folder, name).is_symlink()]
        # A hidden folder may hold a whole repository: it is counted as one, and not looked into.
        hidden = [name for name in subfolders if _junk_kind(name)]
        listing.files += [Found(prefix + name, 0, bytes) for name in hidden]
        for name in [*names, *links]:
            _list_file(Path(folder, name), prefix + name, listing)
        subfolders[:] = [name for name in subfolders if name not in hidden and name not in links]
        listing.folders += [prefix + name for name in subfolders]
        archives.check_limits(len(listing.files), 0)
    return listing


def _list_file(path: Path, name: str, listing: Listing) -> None:
    status = path.lstat()
    if stat.S_ISREG(status.st_mode):
        listing.files.append(Found(name, status.st_size, partial(_read_file, path)))
    else:
        kind = "link" if stat.S_ISLNK(status.st_mode) else "device"
        listing.skipped.append((name, f"It is a {kind}, not a file."))


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"The file cannot be read ({error.strerror}).") from error


def _junk_kind(name: str) -> str | None:
    """What a system leaves behind, by any part of the path."""
    for part in name.split("/"):
        if kind := _JUNK.get(part.casefold()):
            return kind
        if part.startswith("."):
            return "hidden files"
    return None


def without_junk(listing: Listing, report: Report) -> list[Found]:
    """The files worth a look, in the order of their names, within the limits; the rest is reported."""
    kinds = [_junk_kind(found.name) for found in listing.files]
    for kind, count in sorted(Counter(kind for kind in kinds if kind).items()):
        report.notes.append(f"Ignored: {kind} ({count})")
    files = [found for found, kind in zip(listing.files, kinds, strict=True) if kind is None]
    archives.check_limits(len(files), sum(found.size_bytes for found in files))
    for name, reason in sorted(listing.skipped):
        report.leave_out(name, reason)
    holding = {name for name, _ in listing.skipped}
    holding |= {folder for found in listing.files for folder in _ancestors(found.name)}
    holding |= {parent for folder in listing.folders for parent in _ancestors(folder)}
    for folder in sorted(set(listing.folders) - holding):
        if not _junk_kind(folder):
            report.leave_out(folder, "The folder is empty.")
    return sorted(files, key=lambda found: (clean_text(found.name), found.name))


def _ancestors(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]
