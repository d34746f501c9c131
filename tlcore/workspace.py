"""Where things lie on disk, and how they get there: whole, or not at all."""

import contextlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import platformdirs

from tlcore import missing
from tlcore.errors import NotFound, NotSaved, WorkspaceError
from tlcore.words import tr

SCRATCH_KEPT_S = 86_400

_ID = re.compile(r"[a-z0-9][a-z0-9-]{3,63}")

Stamp = tuple[int, int]
"""When a file was changed last, and its size: another content has another stamp."""


@dataclass(frozen=True)
class Workspace:
    """The folder that holds datasets, features, runs and weights."""

    home: Path

    @classmethod
    def default(cls) -> "Workspace":
        """``THAW_HOME``, else the platform's data folder."""
        home = os.environ.get("THAW_HOME")
        folder = (
            Path(home).expanduser() if home else Path(platformdirs.user_data_dir("thaw", appauthor=False))
        )
        # Absolute: the engine and the server work in other folders than whoever started them.
        return cls(folder.absolute())

    @property
    def datasets(self) -> Path:
        return self.home / "datasets"

    @property
    def features(self) -> Path:
        return self.home / "features"

    @property
    def graphs(self) -> Path:
        """Converted graphs of frozen prefixes, shared by runs."""
        return self.home / "graphs"

    @property
    def runs(self) -> Path:
        return self.home / "runs"

    @property
    def recipes(self) -> Path:
        """Recipes being designed, one small file each, named by content."""
        return self.home / "recipes"

    @property
    def pictures(self) -> Path:
        """Pictures shown to a model on the Predict page."""
        return self.home / "pictures"

    @property
    def predictions(self) -> Path:
        """Many pictures shown to a model at once, and what it said; a folder for each time."""
        return self.home / "predictions"

    @property
    def thumbnails(self) -> Path:
        """Small pictures for pages, named by the content of the large ones; made again when missing."""
        return self.home / "thumbnails"

    @property
    def weights(self) -> Path:
        """Weight files put here by hand for machines without internet."""
        return self.home / "weights"

    @property
    def backbones(self) -> Path:
        """Models that people brought as backbones, one folder each."""
        return self.home / "backbones"

    @property
    def trash(self) -> Path:
        """Runs that were deleted and can be had back."""
        return self.home / "trash"

    @property
    def uploads(self) -> Path:
        """What browsers are sending, or have sent, and is not yet a dataset."""
        return self.home / "uploads"

    @property
    def intakes(self) -> Path:
        """Pictures being taken in: how far each intake is, and what it has read."""
        return self.home / "intakes"

    @property
    def engine(self) -> Path:
        return self.home / "engine"

    @property
    def locks(self) -> Path:
        """Files that say by being locked who is at what; made when it is asked for."""
        folder = self.home / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def folder(self, parent: Path, id: str, what: missing.Kind) -> Path:
        """The folder of one thing. Raises NotFound when the id is malformed or nothing lies there."""
        if not _ID.fullmatch(id) or not (parent / id).is_dir():
            raise NotFound(missing.sentence(what, id[:64]))
        return parent / id

    def check_writable(self) -> None:
        """Raises WorkspaceError when nothing can be saved: better before an hour of training than after."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.home):
                pass
        except OSError as error:
            raise WorkspaceError(
                tr(
                    "The workspace cannot be written ({strerror}). Free some space, or set THAW_HOME to a "
                    "folder of your own.",
                    strerror=error.strerror,
                )
            ) from error

    def scratch(self) -> "tempfile.TemporaryDirectory[str]":
        """A folder for half-made things on the same disk, so that renaming out of it is atomic.

        Raises WorkspaceError when the workspace cannot be written.
        """
        self.check_writable()
        parent = self.home / "scratch"
        parent.mkdir(exist_ok=True)
        for left in parent.iterdir():
            # Another session may remove its own at the same moment.
            with contextlib.suppress(FileNotFoundError):
                # What a killed process left; nothing half-made takes a day.
                if time.time() - left.stat().st_mtime > SCRATCH_KEPT_S:
                    shutil.rmtree(left, ignore_errors=True)
        return tempfile.TemporaryDirectory(dir=parent, ignore_cleanup_errors=True)

    def discard(self, place: Path) -> bool:
        """Remove a file or folder of the workspace for good; False where that cannot be done now."""
        with self.scratch() as scratch:
            try:
                # Out of the way at once, so that nobody finds half of it.
                os.rename(place, Path(scratch) / "discarded")
            except OSError:
                return False  # Somebody else was first; or Windows, which renames nothing that is open.
        return True


def new_id() -> str:
    """An id that sorts by the time it was made: seconds since 2020 in hex, then four random bytes."""
    return f"{int(time.time()) - 1577836800:08x}-{secrets.token_hex(4)}"


def write_atomic(path: Path, content: bytes, *, make_folder: bool = True) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it.

    Raises NotSaved when the disk is full or the folder cannot be written; FileNotFoundError for a
    folder that is not there and not to be made.
    """
    if make_folder:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except PermissionError as error:
        raise NotSaved(
            tr("{file} could not be saved ({strerror}).", file=path.name, strerror=error.strerror)
        ) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # Renamed last: a reader must never see half a file.
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise NotSaved(
            tr(
                "{file} could not be saved ({strerror}). Free some space and try again; what was saved "
                "before is unharmed.",
                file=path.name,
                strerror=error.strerror,
            )
        ) from error


def sync_folder(folder: Path) -> None:
    """Make a rename inside the folder survive a power cut. Windows keeps directories itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path, value: Any, *, make_folder: bool = True) -> None:
    content = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomic(path, content.encode(), make_folder=make_folder)


def stamp(path: Path) -> Stamp | None:
    """None for a file or folder that is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def read_json(path: Path) -> Any:
    """Raises WorkspaceError for a damaged file, naming it; NotFound when it is not there."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise NotFound(
            tr("{file} of {folder} is not there.", file=path.name, folder=path.parent.name)
        ) from error
    except (ValueError, OSError) as error:
        raise WorkspaceError(
            tr("{file} of {folder} is damaged and cannot be read.", file=path.name, folder=path.parent.name)
        ) from error


def append_line(path: Path, value: dict[str, Any]) -> None:
    """Append one event as a line of JSON, in one write, so that lines of two writers never mix."""
    line = (json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n").encode()
    try:
        with open(path, "ab+") as file:
            # A line that a crash tore stays torn, and this one whole.
            if _ends_torn(file):
                line = b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NotSaved(
            tr(
                "{file} could not be written ({strerror}). Free some space.",
                file=path.name,
                strerror=error.strerror,
            )
        ) from error


def _ends_torn(file: BinaryIO) -> bool:
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The events of a file of JSON lines. A line that was torn by a crash is ignored."""
    return read_lines_from(path, 0)[0]


def read_lines_from(path: Path, offset: int) -> tuple[list[dict[str, Any]], int]:
    """What was appended after ``offset`` bytes, and the offset to go on from; both of whole lines only."""
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            content = file.read()
    except FileNotFoundError:
        return [], 0
    # Without its end a line is still being written.
    *complete, unfinished = content.split(b"\n")
    events = [event for event in map(_parsed, complete) if event is not None]
    return events, offset + len(content) - len(unfinished)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
