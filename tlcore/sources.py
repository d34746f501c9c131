"""A folder, an archive or an upload as a listing of named files, without what systems leave behind."""

import gzip
import io
import os
import stat
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from tlcore import archives, tars
from tlcore.archives import ByteCounter, Found, Listing, clean_text
from tlcore.errors import DatasetError
from tlcore.report import Report
from tlcore.words import mark, tr

__all__ = ["HOW", "Source", "opened", "without_junk"]

HOW = mark("Put the pictures into one folder per class and zip them.")

_GZIP = b"\x1f\x8b"
_CHUNK_BYTES = 1 << 20

Source = Path | Iterable[tuple[str, bytes]]

_JUNK = {"__macosx": "__MACOSX", "thumbs.db": "Thumbs.db"} | {
    name.casefold(): name for name in (".DS_Store", "desktop.ini", ".ipynb_checkpoints")
}


@contextmanager
def opened(source: Source, room: Path | None = None, called: str = "") -> Iterator[tuple[Listing, str]]:
    """The files of a source and how to call it in a sentence; readable as long as it is open.

    ``room``: a folder for what must be unpacked before it can be read; the system's own without one.
    ``called``: the name of a file or folder, where that of its path says nothing.
    """
    if isinstance(source, Path):
        label = f"'{clean_text(called or source.name)}'"
        if source.is_dir():
            yield _folder_listing(source), label
            return
        with _open_file(source, label) as file, _archive(file, label, room) as listing:
            yield listing, label
        return
    uploads = list(source)
    if len(uploads) == 1 and "/" not in uploads[0][0]:
        label, content = f"'{clean_text(uploads[0][0])}'", uploads[0][1]
        with _archive(io.BytesIO(content), label, room) as listing:
            yield listing, label
    else:
        yield _upload_listing(uploads), tr("The upload")


def _open_file(path: Path, label: str) -> io.BufferedReader:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _no_archive(label)
        return open(path, "rb")
    except OSError as error:
        raise DatasetError(
            tr("{label} cannot be read ({strerror}).", label=label, strerror=error.strerror)
        ) from error


def _no_archive(label: str) -> DatasetError:
    return DatasetError(
        tr(
            "{label} is not a zip, tar or tar.gz archive, or a folder of pictures. {way_out}",
            label=label,
            way_out=tr(HOW),
        )
    )


@contextmanager
def _archive(file: IO[bytes], label: str, room: Path | None) -> Iterator[Listing]:
    """By its first bytes, not by its name."""
    head = file.read(tars.HEAD_BYTES)
    if archives.is_zip(head):
        with archives.opened(file) as listing:
            yield listing
    elif tars.is_tar(head):
        with tars.opened(file) as listing:
            yield listing
    elif head.startswith(_GZIP):
        # Its files can be read only one after the other: unpacked, in any order and several at once.
        with tempfile.TemporaryFile(dir=room) as tar:
            _unpack(file, tar, label)
            with tars.opened(tar) as listing:
                yield listing
    else:
        raise _no_archive(label)


def _unpack(file: IO[bytes], tar: IO[bytes], label: str) -> None:
    counter = ByteCounter("tar.gz", archives.allowed_bytes(file.seek(0, os.SEEK_END)))
    file.seek(0)
    with gzip.GzipFile(fileobj=file) as packed:
        while chunk := _unpacked(packed):
            if not tar.tell() and not tars.is_tar(chunk):
                raise _no_archive(label)
            counter.add(len(chunk))
            try:
                tar.write(chunk)
            except OSError as error:
                raise DatasetError(
                    tr(
                        "{label} could not be unpacked ({strerror}). Free some space, or use a zip.",
                        label=label,
                        strerror=error.strerror,
                    )
                ) from error


def _unpacked(packed: gzip.GzipFile) -> bytes:
    try:
        return packed.read(_CHUNK_BYTES)
    except (EOFError, OSError, zlib.error) as error:
        raise DatasetError(
            tr(
                "The tar.gz is cut short or damaged. Make it again, or send it again if the transfer was "
                "cut off."
            )
        ) from error


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
        reason = tr("The folder cannot be read ({strerror}).", strerror=error.strerror)
        listing.skipped.append((Path(error.filename).name, reason))

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
        link = stat.S_ISLNK(status.st_mode)
        reason = tr("It is a link, not a file.") if link else tr("It is a device, not a file.")
        listing.skipped.append((name, reason))


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(tr("The file cannot be read ({strerror}).", strerror=error.strerror)) from error


def _junk_kind(name: str) -> str | None:
    """What a system leaves behind, by any part of the path."""
    for part in name.split("/"):
        if kind := _JUNK.get(part.casefold()):
            return kind
        if part.startswith("."):
            return tr("hidden files")
    return None


def without_junk(listing: Listing, report: Report) -> list[Found]:
    """The files worth a look, in the order of their names, within the limits; the rest is reported."""
    kinds = [_junk_kind(found.name) for found in listing.files]
    for kind, count in sorted(Counter(kind for kind in kinds if kind).items()):
        report.notes.append(tr("Ignored: {kind} ({count})", kind=kind, count=count))
    files = [found for found, kind in zip(listing.files, kinds, strict=True) if kind is None]
    archives.check_limits(len(files), sum(found.size_bytes for found in files))
    for name, reason in sorted(listing.skipped):
        report.leave_out(name, reason)
    holding = {name for name, _ in listing.skipped}
    holding |= {folder for found in listing.files for folder in _ancestors(found.name)}
    holding |= {parent for folder in listing.folders for parent in _ancestors(folder)}
    for folder in sorted(set(listing.folders) - holding):
        if not _junk_kind(folder):
            report.leave_out(folder, tr("The folder is empty."))
    return sorted(files, key=lambda found: (clean_text(found.name), found.name))


def _ancestors(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]
