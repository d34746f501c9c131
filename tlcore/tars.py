"""A tar read safely: its headers are read here, with limits, and nothing is unpacked by its own names.

Python's ``tarfile`` is not used: until 3.11.14 a crafted header holds it up for ever, and it reads extended
headers of any size into the memory. Format: POSIX.1-2017, "pax", and GNU tar's manual, "Basic Tar Format".
"""

import functools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from tlcore.archives import (
    MAX_FILE_BYTES,
    Found,
    Listing,
    check_limits,
    name_fault,
    too_large,
)
from tlcore.errors import DatasetError
from tlcore.words import mark, tr

__all__ = ["HEAD_BYTES", "complete_bytes", "is_tar", "opened"]

HEAD_BYTES = 512

_BLOCK = 512
_CHUNK_BYTES = 1 << 20
# Of the longest name that is read, with room for what else is said of a file.
_MAX_EXTENDED_BYTES = 64 * 1024
# A file has at most three headers before its own: for all, for its long name, for its long link.
_MAX_HEADERS_IN_A_ROW = 8

_REGULAR = (b"\0", b"0", b"7")
_FOLDER, _EXTENDED, _FOR_ALL, _LONG_NAME, _LONG_LINK, _SPARSE = b"5", b"x", b"g", b"L", b"K", b"S"
_FAULTS = {
    b"1": mark("It is a link, not a file."),
    b"2": mark("It is a link, not a file."),
    b"3": mark("It is a device, not a file."),
    b"4": mark("It is a device, not a file."),
    b"6": mark("It is a device, not a file."),
    _SPARSE: mark("It is a file with holes, which is not read. Make the tar again without --sparse."),
}
_UNKNOWN = mark("Its kind of entry is not read.")
_DAMAGED = mark(
    "The tar is cut short or damaged. Make it again, or send it again if the transfer was cut off."
)


@dataclass(frozen=True)
class _Member:
    name: str
    kind: bytes
    start: int
    """Of its content, in bytes from the beginning of the tar."""
    size_bytes: int
    sparse: bool

    @property
    def fault(self) -> str | None:
        """Why it is not a file or folder, or None."""
        if self.sparse:
            return tr(_FAULTS[_SPARSE])
        if self.kind in _REGULAR or self.kind == _FOLDER:
            return None
        return tr(_FAULTS.get(self.kind, _UNKNOWN))

    @property
    def end(self) -> int:
        return self.start + _padded(self.size_bytes)


def is_tar(head: bytes) -> bool:
    """By content: the first HEAD_BYTES of a file are a header whose sum is right."""
    return len(head) >= _BLOCK and any(head[:_BLOCK]) and _sum_is_right(head[:_BLOCK])


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Listing]:
    """The files of a tar, readable from several threads while the file is open.

    A name that comes again replaces the earlier file, as in any tar. Raises DatasetError for one that is
    damaged, cut short, or has too many entries.
    """
    reader = _Reader(file)
    files: dict[str, Found] = {}
    listing = Listing()
    for member in _members(reader, whole=True):
        if member.name in ("", "."):
            continue
        fault = name_fault(member.name) or member.fault
        if fault:
            listing.skipped.append((member.name, fault))
        elif member.kind == _FOLDER:
            listing.folders.append(member.name)
        else:
            chunks = functools.partial(_chunks, reader, member)
            read = functools.partial(_joined, chunks)
            files[member.name] = Found(member.name, member.size_bytes, read, chunks)
        check_limits(len(files) + len(listing.skipped) + len(listing.folders), 0)
    listing.files += files.values()
    yield listing


def complete_bytes(file: IO[bytes]) -> tuple[int, list[str]]:
    """Of a tar that is still coming in: how many of its bytes are whole entries, and the files in them."""
    end, names = 0, []
    reader = _Reader(file)
    for member in _members(reader, whole=False):
        if member.end > reader.size_bytes:
            break
        end = member.end
        names.append(member.name)
    return end, names


def _members(reader: "_Reader", *, whole: bool) -> Iterator[_Member]:
    """What the headers say. Of a tar that is not ``whole``, what is there entirely."""
    at, headers_in_a_row = 0, 0
    told: dict[str, str] = {}
    while any(header := reader.read(at, _BLOCK)):
        if len(header) < _BLOCK or not _sum_is_right(header):
            if not whole and len(header) < _BLOCK:
                return
            raise DatasetError(tr(_DAMAGED))
        kind = header[156:157]
        # Of an extended header the size is its own, and the told one that of the file after it.
        of_next = kind in (_EXTENDED, _FOR_ALL, _LONG_NAME, _LONG_LINK)
        size = _number(header[124:136]) if of_next or "size" not in told else _decimal(told["size"])
        start = at + _BLOCK
        if kind == _SPARSE:
            start = _after_map(reader, header, start)
        if start + size > reader.size_bytes:
            if not whole:
                return
            raise DatasetError(tr(_DAMAGED))
        at = start + _padded(size)
        if of_next:
            headers_in_a_row += 1
            if headers_in_a_row > _MAX_HEADERS_IN_A_ROW or size > _MAX_EXTENDED_BYTES:
                raise DatasetError(tr(_DAMAGED))
            told |= _extended(kind, reader.read(start, size))
            continue
        name = told.get("path") or _own_name(header)
        sparse = kind == _SPARSE or any(key.startswith("GNU.sparse") for key in told)
        # Before POSIX a folder was a file whose name ends in a slash.
        if kind in _REGULAR and name.endswith("/"):
            kind = _FOLDER
        yield _Member(name.removeprefix("./").rstrip("/"), kind, start, size, sparse)
        told, headers_in_a_row = {}, 0


def _own_name(header: bytes) -> str:
    name = _text(header[:100])
    # GNU tar keeps other things where POSIX has the first part of a long name.
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int:
    """Octal digits, or a binary number marked by its first bit, as GNU tar writes above 8 GB."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if not digits:
        return 0
    if not all(digit in b"01234567" for digit in digits):
        raise DatasetError(tr(_DAMAGED))
    return int(digits, 8)


def _decimal(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise DatasetError(tr(_DAMAGED))
    return int(text)


def _sum_is_right(header: bytes) -> bool:
    """The sum of all bytes, those of the sum itself taken for spaces."""
    field = header[148:156].strip(b" \0")
    if not field or not all(digit in b"01234567" for digit in field):
        return False
    others = header[:148] + b" " * 8 + header[156:_BLOCK]
    # Old programs took bytes for numbers from -128 to 127.
    return int(field, 8) in (sum(others), sum(others) - 256 * sum(byte > 127 for byte in others))


def _extended(kind: bytes, content: bytes) -> dict[str, str]:
    """What an extended header says of the file after it; what it says for all files is not of use here."""
    if kind == _LONG_NAME:
        return {"path": _text(content)}
    found: dict[str, str] = {}
    while kind == _EXTENDED and content:
        # "27 path=..." and a line end: the number counts itself.
        length, _, rest = content.partition(b" ")
        if not (length.isdigit() and len(length) < 8 and len(length) + 1 < int(length) <= len(content)):
            raise DatasetError(tr(_DAMAGED))
        key, equals, value = content[len(length) + 1 : int(length) - 1].partition(b"=")
        if not equals:
            raise DatasetError(tr(_DAMAGED))
        found[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        content = content[int(length) :]
    return found


def _after_map(reader: "_Reader", header: bytes, start: int) -> int:
    """Where the content of an old GNU sparse file begins: its map may go on in further blocks."""
    more = header[482]
    while more:
        block = reader.read(start, _BLOCK)
        if len(block) < _BLOCK:
            raise DatasetError(tr(_DAMAGED))
        more, start = block[504], start + _BLOCK
    return start


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _joined(chunks: Callable[[int], Iterator[bytes]]) -> bytes:
    return b"".join(chunks(MAX_FILE_BYTES))


def _chunks(reader: "_Reader", member: _Member, limit_bytes: int) -> Iterator[bytes]:
    if member.size_bytes > limit_bytes:
        raise DatasetError(too_large())
    for at in range(0, member.size_bytes, _CHUNK_BYTES):
        count = min(_CHUNK_BYTES, member.size_bytes - at)
        chunk = reader.read(member.start + at, count)
        if len(chunk) < count:
            raise DatasetError(tr("The file is damaged inside the tar. Make the tar again."))
        yield chunk


class _Reader:
    """A file that several threads read at different places."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.size_bytes = file.seek(0, os.SEEK_END)

    def read(self, at: int, count: int) -> bytes:
        """Fewer bytes at the end of the file."""
        try:
            with self._lock:
                self._file.seek(at)
                return self._file.read(count)
        except OSError as error:
            raise DatasetError(tr("The tar cannot be read ({strerror}).", strerror=error.strerror)) from error
