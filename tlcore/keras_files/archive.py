"""A ``.keras`` file taken apart by ourselves, and written anew with nothing in it but what was looked at."""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tlcore.archives import clean_text
from tlcore.errors import ModelFileError
from tlcore.keras_files import config_check, kinds, weights_check
from tlcore.keras_files.config_check import Facts
from tlcore.words import tr

WEIGHTS = "model.weights.h5"
MAX_CONFIG_BYTES = 32 * 10**6
MAX_WEIGHTS_BYTES = weights_check.MAX_BYTES
MAX_FILE_BYTES = MAX_WEIGHTS_BYTES + MAX_CONFIG_BYTES

_PARTS = {"config.json": MAX_CONFIG_BYTES, "metadata.json": 10**6, WEIGHTS: MAX_WEIGHTS_BYTES}
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED_FLAG = 0x1
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class KerasFile:
    """A file that passed: its configuration and what it tells."""

    label: str
    sha256: str
    config: dict[str, Any]
    facts: Facts
    archive: zipfile.ZipFile

    def content_sha256(self) -> str:
        """Of all that is kept of it: the same for a file and for what ``write_clean`` makes of it."""
        digest = hashlib.sha256(json.dumps(self.config, sort_keys=True).encode())
        for chunk in _chunks(self.archive, WEIGHTS, self.label):
            digest.update(chunk)
        return digest.hexdigest()

    def write_weights(self, path: Path) -> int:
        """The weights as a file of their own, looked through; how many numbers they are."""
        with open(path, "wb") as target:
            for chunk in _chunks(self.archive, WEIGHTS, self.label):
                target.write(chunk)
        return weights_check.check_weights_file(path, tr("The weights in {label}", label=self.label))

    def write_clean(self, path: Path, weights: Path) -> None:
        """A ``.keras`` file of the configuration that was looked at and these weights."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("metadata.json", '{"keras_version": "3", "date_saved": ""}')
            archive.writestr("config.json", json.dumps(self.config))
            archive.write(weights, WEIGHTS)


@contextmanager
def opened(source: Path | bytes, name: str = "") -> Iterator[KerasFile]:
    """A Keras model file, its configuration looked through. Raises ModelFileError."""
    called = name or (source.name if isinstance(source, Path) else tr("The file"))
    label = f"'{clean_text(called)[:80]}'"
    with _file(source, label) as file:
        size = file.seek(0, io.SEEK_END)
        if size > MAX_FILE_BYTES:
            raise ModelFileError(
                tr(
                    "{label} has {size:.1f} GB; {limit:.1f} GB is the limit. Use a smaller network.",
                    label=label,
                    size=size / 1e9,
                    limit=MAX_FILE_BYTES / 1e9,
                )
            )
        kinds.check_is_keras(file, label)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        with _archive(file, label) as archive:
            _check_parts(archive, label)
            content = b"".join(_chunks(archive, "config.json", label))
            try:
                text = content.decode("utf-8")
            except UnicodeDecodeError as error:
                raise kinds.damaged(label) from error
            config = config_check.parse(text, label)
            yield KerasFile(label, sha256, config, config_check.check(config, label), archive)


@contextmanager
def _file(source: Path | bytes, label: str) -> Iterator[IO[bytes]]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    if source.is_dir():
        raise ModelFileError(
            tr(
                "{label} is a folder, perhaps a TensorFlow SavedModel, which may run code. {way_out}",
                label=label,
                way_out=tr(kinds.SAVE),
            )
        )
    try:
        file = open(source, "rb")  # noqa: SIM115
    except OSError as error:
        raise ModelFileError(
            tr("{label} cannot be read ({strerror}).", label=label, strerror=error.strerror)
        ) from error
    with file:
        yield file


@contextmanager
def _archive(file: IO[bytes], label: str) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise kinds.damaged(label) from error
    with archive:
        yield archive


def _check_parts(archive: zipfile.ZipFile, label: str) -> None:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    names = [info.filename for info in infos]
    for name in names:
        if name not in _PARTS:
            raise ModelFileError(
                tr(
                    "{label} holds {name!r}, which is no part of a model for images. Leave out the "
                    "layers that need it, and save the model again.",
                    label=label,
                    name=clean_text(name)[:60],
                )
            )
    if len(set(names)) != len(names):
        raise ModelFileError(
            tr("{label} holds one part twice. {way_out}", label=label, way_out=tr(kinds.SAVE))
        )
    if WEIGHTS not in names:
        raise ModelFileError(tr("{label} holds no weights. {way_out}", label=label, way_out=tr(kinds.SAVE)))
    for info in infos:
        if info.flag_bits & _ENCRYPTED_FLAG or info.compress_type not in _METHODS:
            raise ModelFileError(
                tr(
                    "{label} is packed with a password or in an unknown way. {way_out}",
                    label=label,
                    way_out=tr(kinds.SAVE),
                )
            )
        if info.file_size > _PARTS[info.filename]:
            raise _too_large(info.filename, label)


def _chunks(archive: zipfile.ZipFile, name: str, label: str) -> Iterator[bytes]:
    """What the archive declares is not believed: bytes are counted as they come."""
    count = 0
    try:
        with archive.open(name) as part:
            while chunk := part.read(_CHUNK_BYTES):
                count += len(chunk)
                if count > _PARTS[name]:
                    raise _too_large(name, label)
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise kinds.damaged(label) from error


def _too_large(name: str, label: str) -> ModelFileError:
    return ModelFileError(
        tr(
            "{label} is too large: {part} unpacks to more than {limit:,.0f} MB. Use a smaller network.",
            label=label,
            part=name,
            limit=_PARTS[name] / 1e6,
        )
    )
