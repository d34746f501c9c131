"""ONNX Runtime Web as it comes with Thaw, MIT: it runs a model in a browser, as WebAssembly on one thread.

The smallest build of it that runs every operation, with its licence. ``web_refresh`` brings another version.
"""

import functools
import hashlib
import io
import lzma
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tlcore.errors import RunError
from tlcore.words import mark, tr
from tlcore.workspace import read_json

FOLDER = Path(__file__).parent / "web_files"
ARCHIVE = FOLDER / "onnxruntime_web.tar.xz"
RECORD = FOLDER / "onnxruntime_web.json"
"""The version, and the SHA-256 of each file."""

SCRIPT = "ort.wasm.min.js"
GLUE = "ort-wasm-simd-threaded.mjs"
WASM = "ort-wasm-simd-threaded.wasm"
LICENCES = ("LICENSE", "ThirdPartyNotices.txt")


def version() -> str:
    return str(_record()["version"])


def files() -> Mapping[str, bytes]:
    """By name. Raises RunError when they are damaged, WorkspaceError when their record is."""
    wanted = _record()["files"]
    try:
        with tarfile.open(ARCHIVE, "r:xz") as archive:
            found = {name: _read(archive, name) for name in wanted}
    except (OSError, EOFError, KeyError, lzma.LZMAError, tarfile.TarError) as error:
        raise RunError(tr(_DAMAGED)) from error
    if {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} != wanted:
        raise RunError(tr(_DAMAGED))
    return found


def pack(version: str, found: Mapping[str, bytes]) -> tuple[bytes, dict[str, Any]]:
    """The archive and its record; the same files give the same bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz", format=tarfile.USTAR_FORMAT, preset=9) as archive:
        for name, content in sorted(found.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(found.items())}
    return packed.getvalue(), {"version": version, "files": hashes}


_DAMAGED = mark("What runs models in a browser is damaged or missing. Install Thaw once more.")


@functools.lru_cache(maxsize=1)
def _record() -> dict[str, Any]:
    return dict(read_json(RECORD))


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member.read()
