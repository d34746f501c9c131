"""What a browser sends, on the disk as it comes: in pieces, each kept whole before it is acknowledged.

On disk: ``uploads/<id>/upload.json``, ``data`` and ``received.json``, which says how many bytes of ``data``
count. An archive is kept as it is; the files of a folder come as a tar. The id is made by the browser, at
random and too long to guess: whoever knows it may go on with the upload.
"""

import contextlib
import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from tlcore import tars
from tlcore.archives import clean_text
from tlcore.errors import DatasetError, NotFound, NotSaved, WorkspaceError
from tlcore.words import tr
from tlcore.workspace import Workspace, read_json, write_json

__all__ = [
    "KEPT_S",
    "MAX_OPEN",
    "MAX_PIECE_BYTES",
    "Kind",
    "Upload",
    "append",
    "arrived",
    "begin",
    "discard",
    "load",
    "received_bytes",
]

MAX_PIECE_BYTES = 8 << 20
# Of one person: more at the same time are a mistake, or meant to fill the disk.
MAX_OPEN = 5
KEPT_S = 86_400
MAX_NAME_CHARACTERS = 200

_ID = re.compile(r"[0-9a-f]{32}")
_LOCK_S = 30.0


class Kind(StrEnum):
    ARCHIVE = "archive"
    FOLDER = "folder"
    """Files of a folder, one after the other as a tar."""


@dataclass(frozen=True)
class Upload:
    id: str
    name: str
    """Of the archive or the folder, as the person knows it: text, never a path."""
    kind: Kind
    owner: str
    """Who began it, as a hash."""
    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"


def begin(workspace: Workspace, id: str, *, owner: str, name: str, kind: str) -> Upload:
    """A new upload, or the one of this id to go on with: of a folder what came in half is dropped.

    ``owner`` is a secret of one person's session. Raises DatasetError for one that cannot be, or one too
    many; WorkspaceError when nothing can be written.
    """
    if not _ID.fullmatch(id) or kind not in [*Kind]:
        raise DatasetError(tr("This is no upload of Thaw. Reload the page and try again."))
    workspace.check_writable()
    _sweep(workspace)
    owner = hashlib.sha256(owner.encode()).hexdigest()[:16]
    with contextlib.suppress(NotFound):
        found = load(workspace, id)
        if found.kind is Kind.FOLDER:
            _drop_torn_entry(found)
        return found
    if sum(_owner_of(folder) == owner for folder in _folders(workspace)) >= MAX_OPEN:
        raise DatasetError(
            tr("{limit} uploads are open here already. Wait until one has ended.", limit=MAX_OPEN)
        )
    name = clean_text(name)[:MAX_NAME_CHARACTERS] or "pictures"
    upload = Upload(id, name, Kind(kind), owner, workspace.uploads / id)
    told = {key: value for key, value in asdict(upload).items() if key != "folder"}
    write_json(upload.folder / "upload.json", told)
    return upload


def load(workspace: Workspace, id: str) -> Upload:
    """Raises NotFound."""
    folder = workspace.uploads / id
    try:
        if not _ID.fullmatch(id):
            raise NotFound("the id is malformed")
        told = read_json(folder / "upload.json")
        return Upload(**{**told, "kind": Kind(told["kind"])}, folder=folder)
    except (WorkspaceError, KeyError, TypeError, ValueError) as error:
        raise NotFound(tr("The upload is not here any more. Send the files again.")) from error


def received_bytes(upload: Upload) -> int:
    """So many bytes are on the disk for good."""
    try:
        return int(read_json(upload.folder / "received.json")["bytes"])
    except (WorkspaceError, KeyError, TypeError, ValueError):
        return 0


def append(upload: Upload, offset: int, piece: bytes, *, limit_bytes: int) -> int:
    """Keep a piece that begins at `offset`; returns how many bytes are here now.

    A piece that came before is passed over, and one that does not join what is here is not kept: whoever
    sends looks at what is returned. Raises DatasetError beyond the limit, NotSaved when the disk is full.
    """
    if len(piece) > MAX_PIECE_BYTES:
        raise DatasetError(
            tr(
                "A piece has {size:,} bytes; {limit:,} is the limit.",
                size=len(piece),
                limit=MAX_PIECE_BYTES,
            )
        )
    if offset + len(piece) > limit_bytes:
        raise DatasetError(
            tr(
                "The upload has more than {limit:,.0f} MB, the limit here. Send fewer pictures, or "
                "let whoever runs this server raise it (server.maxUploadSize).",
                limit=limit_bytes / 1e6,
            )
        )
    with _locked(upload):
        here = received_bytes(upload)
        if offset != here:
            return here
        try:
            with open(upload.data, "rb+" if upload.data.exists() else "wb") as file:
                # What a crash left behind does not count.
                file.truncate(here)
                file.seek(here)
                file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise NotSaved(
                tr("The upload could not be saved ({strerror}). Free some space.", strerror=error.strerror)
            ) from error
        return _receive(upload, here + len(piece))


def arrived(upload: Upload) -> list[str]:
    """Names of the files of a folder that are here entirely, in the order in which they came."""
    return _entries(upload)[1]


def discard(workspace: Workspace, upload: Upload) -> None:
    """Remove it for good; one that is in use goes later."""
    workspace.discard(upload.folder)


def _receive(upload: Upload, count: int) -> int:
    write_json(upload.folder / "received.json", {"bytes": count})
    return count


def _entries(upload: Upload) -> tuple[int, list[str]]:
    if not upload.data.exists():
        return 0, []
    with open(upload.data, "rb") as file:
        return tars.complete_bytes(file)


def _drop_torn_entry(upload: Upload) -> None:
    with _locked(upload):
        here = received_bytes(upload)
        if upload.data.exists():
            os.truncate(upload.data, here)
        whole, _ = _entries(upload)
        if whole < here:
            _receive(upload, whole)


@contextlib.contextmanager
def _locked(upload: Upload) -> Iterator[None]:
    try:
        with FileLock(upload.folder / "lock").acquire(timeout=_LOCK_S):
            yield
    except Timeout as error:
        raise DatasetError(tr("An earlier piece of the upload is still being written. Try again.")) from error


def _folders(workspace: Workspace) -> Sequence[Path]:
    return [*workspace.uploads.iterdir()] if workspace.uploads.is_dir() else []


def _owner_of(folder: Path) -> str | None:
    try:
        return str(read_json(folder / "upload.json")["owner"])
    except (WorkspaceError, KeyError, TypeError):
        return None


def _sweep(workspace: Workspace) -> None:
    """Remove what nobody has gone on with for long."""
    for folder in _folders(workspace):
        with contextlib.suppress(OSError):
            latest = max(path.stat().st_mtime for path in [folder, *folder.iterdir()])
            if time.time() - latest > KEPT_S:
                shutil.rmtree(folder)
