"""Files outside the workspace, where somebody asked for them."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tlcore.errors import NotSaved
from tlcore.words import tr


def check_folder(path: Path) -> None:
    """Before the work whose outcome is to be written. Raises NotSaved where there is no such folder."""
    if not path.absolute().parent.is_dir():
        raise NotSaved(
            tr("{name} cannot be written: its folder is not there. Choose another folder.", name=path.name)
        )


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A file to be written in pieces; it is there whole or not at all.

    Raises NotSaved when the disk is full, or the folder is not there or cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise NotSaved(
            tr(
                "{name} could not be written ({strerror}). Choose another folder.",
                name=path.name,
                strerror=error.strerror,
            )
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """The same of what is at hand. Raises NotSaved."""
    with writing(path) as file:
        file.write(content)
