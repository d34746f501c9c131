"""Small square pictures for pages, made once and kept on disk; versions of a dataset share them."""

import contextlib
import io
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from PIL import ImageOps

from tlcore import images
from tlcore.errors import ImageError, NotSaved
from tlcore.workspace import Workspace, write_atomic

__all__ = ["forget", "of", "of_each"]

_THREADS = 4
_DAY_S = 86_400


def of_each(workspace: Workspace, pictures: Sequence[Path], size_px: int) -> list[bytes | None]:
    """JPEGs of `size_px` squared; None for a picture that is gone. Reads no other picture than these."""
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="thumbnails") as pool:
        return list(pool.map(partial(_or_none, workspace, size_px), pictures))


def _or_none(workspace: Workspace, size_px: int, picture: Path) -> bytes | None:
    try:
        return of(workspace, picture, size_px)
    except ImageError:
        return None


def of(workspace: Workspace, picture: Path, size_px: int) -> bytes:
    """A picture of a dataset, named by its sha256, on a white square. Raises ImageError when it is gone."""
    file = workspace.thumbnails / picture.stem[:2] / f"{picture.stem}-{size_px}.jpg"
    with contextlib.suppress(OSError):
        content = file.read_bytes()
        _note_use(file)
        return content
    with images.open_kept(picture) as kept:
        # Square, so that a row is even and a tall picture is not stretched to its column.
        square = ImageOps.pad(kept.convert("RGB"), (size_px, size_px), color="white")
    buffer = io.BytesIO()
    square.save(buffer, "JPEG", quality=88)
    # A full disk must not keep anybody from looking.
    with contextlib.suppress(NotSaved, OSError):
        write_atomic(file, buffer.getvalue())
    return buffer.getvalue()


def forget(file: Path) -> bool:
    """Remove one, which is made again when somebody looks; False where that cannot be done now."""
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return False  # Windows: somebody reads it.
    return True


def _note_use(file: Path) -> None:
    """So that a clean-up spares what is looked at; once a day, not at each look."""
    with contextlib.suppress(OSError):
        if time.time() - file.stat().st_mtime > _DAY_S:
            os.utime(file)
