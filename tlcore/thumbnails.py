"""Small square pictures for pages, made once and kept on disk; versions of a dataset share them."""

import contextlib
import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image, ImageOps

from tlcore import images
from tlcore.errors import ImageError, NotSaved
from tlcore.workspace import Workspace, write_atomic

__all__ = ["of", "of_each"]

_THREADS = 4


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
        return file.read_bytes()
    with Image.open(io.BytesIO(images.thumbnail(picture, size_px))) as small:
        # Square, so that a row is even and a tall picture is not stretched to its column.
        square = ImageOps.pad(small.convert("RGB"), (size_px, size_px), color="white")
    buffer = io.BytesIO()
    square.save(buffer, "JPEG", quality=88)
    # A full disk must not keep anybody from looking.
    with contextlib.suppress(NotSaved, OSError):
        write_atomic(file, buffer.getvalue())
    return buffer.getvalue()
