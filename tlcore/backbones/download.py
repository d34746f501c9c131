"""One file from the network: resumed when it broke off, checked, and put in place whole."""

import hashlib
import http.client
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from filelock import FileLock

from tlcore.words import tr

Progress = Callable[[int, int], None]
"""Called with the bytes at hand and the bytes in all (0 when the server does not say)."""

_CHUNK = 1 << 20
_TIMEOUT_S = 30


def download(url: str, target: Path, file_hash: str | None = None, progress: Progress | None = None) -> None:
    """Fetch a file. Raises OSError or http.client.HTTPException; a broken download is resumed next time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    with FileLock(target.with_name(f"{target.name}.lock")):
        if is_intact(target, file_hash):
            return  # Another worker fetched it while this one waited.
        if file_hash is None:
            part.unlink(missing_ok=True)  # Without a hash nobody can tell whether two halves belong together.
        if not is_intact(part, file_hash):
            _fetch(url, part, progress)
        if not is_intact(part, file_hash):
            part.unlink()
            raise OSError(tr("what arrived is not the file that was expected"))
        os.replace(part, target)


def is_intact(path: Path, file_hash: str | None) -> bool:
    """Whether the file is there with this hash (MD5 or SHA-256, by length); without one, not empty."""
    try:
        state = path.stat()
    except OSError:
        return False
    if file_hash is None:
        return state.st_size > 0
    algorithm = hash_algorithm(file_hash)
    return _digest(path, algorithm, state.st_size, state.st_mtime_ns) == file_hash


def file_sha256(path: Path) -> str | None:
    """The file's SHA-256; None when it is not there."""
    try:
        state = path.stat()
    except OSError:
        return None
    return _digest(path, "sha256", state.st_size, state.st_mtime_ns)


def hash_algorithm(file_hash: str) -> str:
    return "sha256" if len(file_hash) == 64 else "md5"


@lru_cache(maxsize=64)
def _digest(path: Path, algorithm: str, size: int, mtime_ns: int) -> str:
    """Size and time are part of the key: a page may ask again and again, a changed file is read anew."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def _fetch(url: str, part: Path, progress: Progress | None) -> None:
    done = part.stat().st_size if part.exists() else 0
    request = Request(url, headers={"Range": f"bytes={done}-"} if done else {})
    try:
        with urlopen(request, timeout=_TIMEOUT_S) as response:
            _append(response, part, done if response.status == 206 else 0, progress)
    except HTTPError as error:
        if error.code != 416 or not done:
            raise
        error.close()
        part.unlink()  # The part is longer than the file: it is of something else.
        _fetch(url, part, progress)


def _append(response: http.client.HTTPResponse, part: Path, done: int, progress: Progress | None) -> None:
    length = int(response.headers.get("Content-Length") or 0)
    total = done + length if length else 0
    with open(part, "ab" if done else "wb") as file:
        while chunk := response.read(_CHUNK):
            file.write(chunk)
            done += len(chunk)
            if progress:
                progress(done, total)
        file.flush()
        os.fsync(file.fileno())
    if done < total:
        raise OSError(tr("the connection broke off"))
