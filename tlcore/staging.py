"""What an intake has read so far: pictures made safe, kept where a second try finds them.

On disk: ``intakes/<key>/dataset/images/`` and ``read-1.jsonl``, a line for each picture: the hash of the file
it was made from, and what was made of it. The key is that of the source, so whoever takes it again goes on.
"""

import contextlib
import hashlib
import json
import os
import shutil
import threading
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from tlcore.errors import NotSaved
from tlcore.images import SafeImage
from tlcore.words import tr
from tlcore.workspace import Workspace, read_lines, sync_folder

__all__ = ["KEPT_S", "ReadPicture", "Staging", "forget", "opened"]

KEPT_S = 3 * 86_400

# Another number when pictures are made safe in another way: what was read before is then read anew.
_JOURNAL = "read-1.jsonl"
_SYNC_THREADS = 8


@dataclass(frozen=True)
class ReadPicture:
    """A picture that was made safe: its file in the dataset, and what was noted of it."""

    file: str
    sha256: str
    width_px: int
    height_px: int
    notes: tuple[str, ...]


class Staging:
    """To be used from several threads."""

    def __init__(self, folder: Path) -> None:
        self.room = folder
        self.folder = folder / "dataset"
        self.images = self.folder / "images"
        self.images.mkdir(parents=True, exist_ok=True)
        self._known = _read_before(folder / _JOURNAL)
        self._journal: IO[str] = open(folder / _JOURNAL, "a", encoding="utf-8")  # noqa: SIM115
        if self._journal.tell():
            # A kill may have torn the last line.
            self._journal.write("\n")
        self._lock = threading.Lock()

    def close(self) -> None:
        self._journal.close()

    def find(self, source_sha256: str) -> ReadPicture | None:
        """What was made of a file before, if it is there unharmed."""
        known = self._known.get(source_sha256)
        if known is None:
            return None
        try:
            content = (self.images / known.file).read_bytes()
        except OSError:
            return None
        # A process may have been killed, or the power have failed, while it was written.
        return known if hashlib.sha256(content).hexdigest() == known.sha256 else None

    def keep(self, source_sha256: str, safe: SafeImage) -> ReadPicture:
        """Raises NotSaved. Only ``settle`` makes the files outlive a power cut: here that would cost time."""
        file = f"{safe.sha256}{safe.suffix}"
        read = ReadPicture(file, safe.sha256, safe.width_px, safe.height_px, safe.notes)
        line = json.dumps({"source": source_sha256, **asdict(read)}, ensure_ascii=False) + "\n"
        try:
            # Named by the thread too: the same file may lie in two folders, and both be read at once.
            temporary = self.images / f".{source_sha256}-{threading.get_ident()}"
            temporary.write_bytes(safe.content)
            os.replace(temporary, self.images / read.file)
            with self._lock:
                self._journal.write(line)
                self._journal.flush()
        except OSError as error:
            raise NotSaved(
                tr(
                    "The pictures could not be saved ({strerror}). Free some space and try again: what was "
                    "read is kept.",
                    strerror=error.strerror,
                )
            ) from error
        return read

    def settle(self, files: Collection[str]) -> None:
        """Leave these pictures and no others, on the disk for good. Raises NotSaved."""
        try:
            for path in self.images.iterdir():
                if path.name not in files:
                    path.unlink()
            with ThreadPoolExecutor(_SYNC_THREADS) as pool:
                list(pool.map(_sync, (self.images / file for file in files)))
            sync_folder(self.images)
        except OSError as error:
            raise NotSaved(
                tr("The pictures could not be saved ({strerror}). Free some space.", strerror=error.strerror)
            ) from error


@contextmanager
def opened(workspace: Workspace, source: Path | None) -> Iterator[Staging]:
    """What was read of a file or folder before, to go on from; removed when the body ends without an error.

    Without a source, or while another process takes the same one, nothing is found and nothing kept.
    """
    with contextlib.ExitStack() as stack:
        folder = _own_folder(workspace, source, stack)
        if folder is None:
            folder = Path(stack.enter_context(workspace.scratch()))
        staging = Staging(folder)
        try:
            yield staging
        except BaseException:
            staging.close()
            if not any(staging.images.iterdir()):
                shutil.rmtree(folder, ignore_errors=True)
            raise
        staging.close()
        shutil.rmtree(folder, ignore_errors=True)


def forget(workspace: Workspace, source: Path) -> None:
    """Remove what was read of a source that is not taken again."""
    folder = _folder_of(workspace, source)
    with contextlib.suppress(OSError, Timeout), FileLock(folder.with_suffix(".lock")).acquire(timeout=0):
        shutil.rmtree(folder)


def _folder_of(workspace: Workspace, source: Path) -> Path:
    return workspace.intakes / hashlib.sha256(os.fsencode(source.resolve())).hexdigest()[:16]


def _own_folder(workspace: Workspace, source: Path | None, stack: contextlib.ExitStack) -> Path | None:
    workspace.check_writable()
    _sweep(workspace.intakes)
    if source is None:
        return None
    folder = _folder_of(workspace, source)
    workspace.intakes.mkdir(exist_ok=True)
    try:
        stack.enter_context(FileLock(folder.with_suffix(".lock")).acquire(timeout=0))
    except Timeout:
        return None
    folder.mkdir(exist_ok=True)
    # Its age counts from the last try.
    os.utime(folder)
    return folder


def _sweep(intakes: Path) -> None:
    """Remove what was given up days ago."""
    for folder in intakes.iterdir() if intakes.is_dir() else []:
        with contextlib.suppress(OSError, Timeout):
            if folder.is_dir() and time.time() - folder.stat().st_mtime > KEPT_S:
                with FileLock(folder.with_suffix(".lock")).acquire(timeout=0):
                    shutil.rmtree(folder)


def _read_before(journal: Path) -> dict[str, ReadPicture]:
    found = {}
    for line in read_lines(journal):
        try:
            source = str(line.pop("source"))
            found[source] = ReadPicture(**{**line, "notes": tuple(line["notes"])})
        except (KeyError, TypeError):
            continue
    return found


def _sync(path: Path) -> None:
    # Writable: Windows flushes no others.
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
