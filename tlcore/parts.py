"""A zip of ours with the hash of each of its parts: written bit by bit, and read when somebody sent it."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from tlcore.archives import Found, Listing, clean_text
from tlcore.errors import ThawError

__all__ = ["MAX_READ_BYTES", "Outlet", "Sent", "Writer"]

MAX_READ_BYTES = 150 * 10**6
"""Of a part that is read into memory."""
_CHUNK_BYTES = 1 << 20

Damaged = Callable[[str], ThawError]
"""The error for a part, by its name, that is missing or is not what it was."""


class Writer:
    """What goes into the zip; the hash of each part is taken on the way."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.sha256: dict[str, str] = {}

    def add_file(self, name: str, path: Path) -> None:
        for _ in self.adding_file(name, path):
            pass

    def add(self, name: str, content: bytes) -> None:
        for _ in self._adding(name, io.BytesIO(content)):
            pass

    def adding_file(self, name: str, path: Path) -> Iterator[int]:
        """Yields the bytes of each piece, once it is written."""
        with open(path, "rb") as source:
            yield from self._adding(name, source)

    def _adding(self, name: str, source: IO[bytes]) -> Iterator[int]:
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o600 << 16
        # Pictures and weights do not shrink.
        packed = name.endswith((".json", ".jsonl"))
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        digest = hashlib.sha256()
        with self.archive.open(info, "w", force_zip64=True) as target:
            while chunk := source.read(_CHUNK_BYTES):
                digest.update(chunk)
                target.write(chunk)
                yield len(chunk)
        self.sha256[name] = digest.hexdigest()


class Outlet:
    """A file that can only be written, and is taken away meanwhile: a zip of any size in little memory."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, content: bytes) -> int:
        self._waiting.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """What was written since it was asked last."""
        content = b"".join(self._waiting)
        self._waiting.clear()
        return content


class Sent:
    """The parts of a zip from elsewhere, read with their hashes checked. Names are those after ``start``."""

    def __init__(
        self, files: dict[str, Found], damaged: Damaged, sha256: dict[str, str], start: str = ""
    ) -> None:
        self._files, self._damaged, self._sha256, self._start = files, damaged, sha256, start

    @classmethod
    def of(cls, listing: Listing, damaged: Damaged, said_twice: ThawError) -> "Sent":
        """All of a zip. ``said_twice``: the error for one that holds a part twice."""
        files: dict[str, Found] = {}
        if listing.skipped:
            raise damaged(clean_text(listing.skipped[0][0])[:80])
        for found in listing.files:
            if found.name in files:
                raise said_twice
            files[found.name] = found
        return cls(files, damaged, {})

    def known_by(self, sha256: dict[str, str]) -> "Sent":
        """The same, with the hashes that its manifest says."""
        return Sent(self._files, self._damaged, sha256, self._start)

    def under(self, folder: str) -> "Sent":
        return Sent(self._files, self._damaged, self._sha256, f"{self._start}{folder}/")

    def __contains__(self, name: str) -> bool:
        return self._start + name in self._files

    @property
    def names(self) -> list[str]:
        starts = (name for name in self._files if name.startswith(self._start))
        return [name.removeprefix(self._start) for name in starts]

    @property
    def size_bytes(self) -> int:
        """Unpacked, as the zip says."""
        return sum(self._files[self._start + name].size_bytes for name in self.names)

    def sha256(self, name: str) -> str | None:
        """As the manifest says."""
        return self._sha256.get(self._start + name)

    def read(self, name: str) -> bytes:
        """Raises ``damaged`` for a part that is missing or was changed, DatasetError for a damaged zip."""
        content = self.unchecked(name)
        if hashlib.sha256(content).hexdigest() != self.sha256(name):
            raise self.damaged(name)
        return content

    def unchecked(self, name: str) -> bytes:
        """Of the manifest, whose own hash nothing says."""
        found = self._files.get(self._start + name)
        if found is None or found.size_bytes > MAX_READ_BYTES:
            raise self.damaged(name)
        return found.read()

    def copy(self, name: str, target: Path, limit_bytes: int) -> None:
        """What may be too large for the memory."""
        found, digest = self._files.get(self._start + name), hashlib.sha256()
        if found is None or found.chunks is None:
            raise self.damaged(name)
        with open(target, "wb") as file:
            for chunk in found.chunks(limit_bytes):
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != self.sha256(name):
            raise self.damaged(name)

    def damaged(self, name: str) -> ThawError:
        return self._damaged(name.rpartition("/")[2])
