"""Tiny pictures and zips for tests; each picture differs from every other one by its number."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tlcore import intake
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace

CORNER = (230, 30, 20)


def image(number: int = 0, size: tuple[int, int] = (24, 16), mode: str = "RGB") -> Image.Image:
    """Noise seeded by the number."""
    noise = np.random.default_rng(number).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(noise).convert(mode)


def encoded(picture: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def png(number: int = 0, size: tuple[int, int] = (24, 16)) -> bytes:
    return encoded(image(number, size))


def with_corner(size: tuple[int, int] = (48, 32)) -> Image.Image:
    """White, with a red upper left quarter: shows how a picture is turned."""
    picture = Image.new("RGB", size, "white")
    picture.paste(CORNER, (0, 0, size[0] // 2, size[1] // 2))
    return picture


def raw_png(width: int, height: int, bits: int, colour_type: int, rows: bytes) -> bytes:
    """A PNG written by hand: the header may promise anything. Colour type 0 is grey, 2 RGB, 6 RGBA."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def classes(*names: str, each: int = 4) -> dict[str, bytes]:
    """Relative names and contents: `each` different pictures per class."""
    return {
        f"{name}/{number}.png": png(1000 * place + number)
        for place, name in enumerate(names)
        for number in range(each)
    }


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def written(root: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def taken(workspace: Workspace, files: dict[str, bytes]) -> Dataset:
    """The dataset of these files, brought in as a zip."""
    return intake.take(workspace, [("pictures.zip", zipped(files))], name="test")


def sizes(dataset: Dataset) -> dict[str, int]:
    return {name: sum(sides.values()) for name, sides in dataset.counts().items()}


def reasons(dataset: Dataset) -> dict[str, str]:
    return {entry.name: entry.reason for entry in dataset.left_out}
