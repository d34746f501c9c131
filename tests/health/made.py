"""Datasets drawn for the tests, in memory: what they look like is all that matters."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tlcore.datasets import Dataset, Item, Split
from tlcore.health import looks
from tlcore.health.looks import Look

Drawn = tuple[str, Image.Image]
"""The class and the picture."""


def noise(seed: int, size: tuple[int, int] = (96, 96)) -> Image.Image:
    """A sharp picture like no other: patches of random colours."""
    patches = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize(size, Image.Resampling.NEAREST)


def framed(picture: Image.Image, colour: str, width: int = 6) -> Image.Image:
    changed = picture.copy()
    ImageDraw.Draw(changed).rectangle((0, 0, picture.width - 1, picture.height - 1), None, colour, width)
    return changed


def dataset(drawn: Sequence[Drawn], sides: Sequence[Split] = ()) -> tuple[Dataset, list[Look]]:
    """The pictures in their order, for training where no side is given, and their looks."""
    classes = tuple(sorted({name for name, _ in drawn}))
    items = []
    for row, (name, picture) in enumerate(drawn):
        sha256 = hashlib.sha256(picture.tobytes() + str(picture.size).encode()).hexdigest()
        side = sides[row] if sides else Split.TRAIN
        item = Item(
            sha256, f"{sha256}.png", classes.index(name), f"{row}.png", side, picture.width, picture.height
        )
        items.append(item)
    made = Dataset(
        id="made",
        name="made",
        classes=classes,
        items=tuple(items),
        left_out=(),
        notes=(),
        val_fraction=0.25,
        test_fraction=0.0,
        split_seed=0,
        created="2026-01-01T00:00:00+00:00",
        folder=Path("nowhere"),
    )
    return made, [looks.of(picture) for _, picture in drawn]
