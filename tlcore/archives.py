"""A zip read safely: never unpacked to disk by its own names, every byte counted; and what sources share."""

import functools
import stat
import threading
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tlcore.errors import DatasetError
from tlcore.words import tr

__all__ = [
    "MAX_FILES",
    "MAX_FILE_BYTES",
    "MAX_TOTAL_BYTES",
    "ByteCounter",
    "Found",
    "Listing",
    "ZipBomb",
    "allowed_bytes",
    "check_limits",
    "clean_text",
    "depth_fault",
    "is_zip",
    "name_fault",
    "opened",
    "too_large",
]

MAX_FILES = 100_000
MAX_DEPTH = 20
MAX_NAME_CHARACTERS = 1_000
MAX_TOTAL_BYTES = 20 * 10**9
MAX_FILE_BYTES = 200 * 10**6
_MAX_FILE_MB = MAX_FILE_BYTES / 1e6
# Pictures hardly shrink in a zip; drawings kept as BMP may, so small archives are let pass.
MAX_RATIO = 200
RATIO_FREE_BYTES = 100 * 10**6


_CHUNK_BYTES = 1 << 20
_LOCAL_HEADER_BYTES = 30
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
# bzip2 and LZMA are left out: one small block of either may swell to gigabytes in a single call.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_METHOD_NAMES = {
    9: "Deflate64",
    12: "bzip2",
    14: "LZMA",
    20: "Zstandard",
    93: "Zstandard",
    95: "xz",
    98: "PPMd",
}
# These turn text around on the screen, or are not seen at all.
_HIDDEN = set(
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


class ZipBomb(DatasetError):
    """Stops the whole intake, where another DatasetError only leaves out one file."""


@dataclass(frozen=True)
class Found:
    """A file of a source, under a relative name with forward slashes. `read` may raise DatasetError."""

    name: str
    size_bytes: int
    read: Callable[[], bytes]
    chunks: Callable[[int], Iterator[bytes]] | None = None
    """Of an archive, for what is too large for the memory: the content bit by bit, at most so many bytes."""


@dataclass
class Listing:
    """What a source holds: files to look at, names passed over with the reason, and all its folders."""

    files: list[Found] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)


def clean_text(text: str) -> str:
    """A name fit to be shown: NFC, trimmed, without control characters and marks that turn text around."""
    legible = text.encode("utf-8", "replace").decode()
    kept = (c for c in unicodedata.normalize("NFC", legible) if c not in _HIDDEN)
    return "".join(c for c in kept if unicodedata.category(c) != "Cc").strip()


def too_large() -> str:
    """Of a single file."""
    return tr("The file is larger than {limit:.0f} MB. Save it smaller.", limit=_MAX_FILE_MB)


def name_fault(name: str) -> str | None:
    """Why a name from outside cannot be used as a relative path, or None. It is never a place to write."""
    parts = name.rstrip("/").split("/")
    if "\\" in name or name.startswith("/") or ".." in parts or (len(name) > 1 and name[1] == ":"):
        return tr("Its name points outside of the folder, or is not a relative path with forward slashes.")
    if "\0" in name or not all(parts):
        return tr("Its name is not a usable path.")
    return depth_fault(name)


def depth_fault(name: str) -> str | None:
    """Why a relative path is too long or too deep, or None."""
    parts = name.rstrip("/").split("/")
    if len(name) > MAX_NAME_CHARACTERS:
        return tr(
            "Its path has {length} characters; {limit} is the limit.",
            length=len(name),
            limit=MAX_NAME_CHARACTERS,
        )
    if len(parts) > MAX_DEPTH:
        return tr("It lies {depth} folders deep; {limit} is the limit.", depth=len(parts), limit=MAX_DEPTH)
    return None


def check_limits(files: int, total_bytes: int) -> None:
    """Raises DatasetError before anything is decoded."""
    if files > MAX_FILES:
        raise DatasetError(
            tr(
                "There are {files:,} files; {limit:,} is the limit. Use fewer pictures.",
                files=files,
                limit=MAX_FILES,
            )
        )
    if total_bytes > MAX_TOTAL_BYTES:
        raise DatasetError(
            tr(
                "The files have {size:.0f} GB unpacked; {limit:.0f} GB is the limit. "
                "Use fewer pictures, or smaller ones.",
                size=total_bytes / 1e9,
                limit=MAX_TOTAL_BYTES / 1e9,
            )
        )


def allowed_bytes(packed_bytes: int) -> int:
    """What an archive of so many bytes may unpack to."""
    return min(max(RATIO_FREE_BYTES, MAX_RATIO * packed_bytes), MAX_TOTAL_BYTES)


class ByteCounter:
    """Bytes unpacked so far, over all threads. What the archive declares is not believed."""

    def __init__(self, kind: str, limit_bytes: int) -> None:
        """``kind`` is what people call such an archive."""
        self._kind = kind
        self._limit_bytes = limit_bytes
        self._total_bytes = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        """Raises ZipBomb beyond the limit."""
        with self._lock:
            self._total_bytes += count
            if self._total_bytes > self._limit_bytes:
                raise ZipBomb(
                    tr(
                        "The {kind} unpacks to more than {limit:,.0f} MB, too much for its size. It is "
                        "made to do harm, or its pictures are not compressed: save them as JPEG or PNG.",
                        kind=self._kind,
                        limit=self._limit_bytes / 1e6,
                    )
                )


def is_zip(head: bytes) -> bool:
    """By content, not by name: the first bytes of a file."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


@contextmanager
def opened(source: Path | IO[bytes]) -> Iterator[Listing]:
    """The files of a zip, readable from several threads while open.

    Raises DatasetError for an archive that is damaged, encrypted, of an unknown method, or a trap.
    """
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise DatasetError(
            tr(
                "The zip is cut short or damaged. Make it again, or send it again if the transfer was "
                "cut off."
            )
        ) from error
    with archive:
        infos = archive.infolist()
        _check_layout(archive, infos)
        yield _listing(archive, infos)


def _check_layout(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> None:
    # Python 3.11 does not look whether entries share their bytes, which makes 10 MB unpack to 281 TB.
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise DatasetError(
                tr("Entries of the zip overlap: it is damaged, or made to do harm. Make it again.")
            )
        end = info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size
    if end > archive.start_dir:
        raise DatasetError(
            tr("Entries of the zip overlap: it is damaged, or made to do harm. Make it again.")
        )
    for info in infos:
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise DatasetError(tr("The zip is protected by a password. Make it again without one."))
        if info.compress_type not in _METHODS:
            method = _METHOD_NAMES.get(info.compress_type, tr("no. {number}", number=info.compress_type))
            raise DatasetError(
                tr(
                    "The zip is compressed with a method that is not read ({method}). Make it again with the "
                    "ordinary method, Deflate.",
                    method=method,
                )
            )


def _listing(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Listing:
    listing = Listing()
    counter = ByteCounter("zip", allowed_bytes(sum(info.compress_size for info in infos)))
    for info in infos:
        name = _name(info)
        fault = name_fault(name) or _kind_fault(info)
        if fault:
            listing.skipped.append((name, fault))
        elif info.is_dir():
            listing.folders.append(name.rstrip("/"))
        else:
            chunks = functools.partial(_chunks, archive, info, counter)
            read = functools.partial(_joined, chunks)
            listing.files.append(Found(name, info.file_size, read, chunks))
    return listing


def _name(info: zipfile.ZipInfo) -> str:
    """The name as written: `filename` is already cut at a NUL and, on Windows, has its backslashes turned."""
    name = info.orig_filename
    if info.flag_bits & _UTF8_FLAG:
        return name.removeprefix("./")
    # macOS writes UTF-8 without saying so; zipfile then reads it as code page 437.
    try:
        return name.encode("cp437").decode("utf-8").removeprefix("./")
    except UnicodeError:
        return name.removeprefix("./")


def _kind_fault(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return tr("It is a link, not a file.")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return tr("It is a device, not a file.")
    return None


def _joined(chunks: Callable[[int], Iterator[bytes]]) -> bytes:
    return b"".join(chunks(MAX_FILE_BYTES))


def _chunks(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, counter: ByteCounter, limit_bytes: int
) -> Iterator[bytes]:
    size_bytes = 0
    try:
        with archive.open(info) as file:
            while chunk := file.read(_CHUNK_BYTES):
                counter.add(len(chunk))
                size_bytes += len(chunk)
                if size_bytes > limit_bytes:
                    raise DatasetError(too_large())
                yield chunk
    except DatasetError:
        raise
    except Exception as error:  # zipfile and zlib raise many things on damaged input.
        raise DatasetError(tr("The file is damaged inside the zip. Make the zip again.")) from error
