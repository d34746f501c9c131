"""Labelled pictures in any number: variants of the sample's drawings, the same at each making.

All variants of a drawing lie on one side of the split, and all programs are given the same files: those of
the dataset that Thaw made of them.
"""

import hashlib
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import numpy as np
from PIL import Image

import tlcore
from tlcore import augmentation, datasets, intake, manifest, presets
from tlcore.datasets import Dataset, Split
from tlcore.errors import DatasetError
from tlcore.splitting import split
from tlcore.workspace import Workspace, write_json

LONGER_SIDE_PX = 300
JPEG_QUALITY = 90
VAL_FRACTION = 0.25


@dataclass(frozen=True)
class Made:
    """``folder`` holds ``home``, a workspace with the dataset, and class folders in ``train`` and ``val``."""

    folder: Path
    images: int
    train: int
    val: int
    classes: int
    made_s: float
    intake_s: float
    """What Thaw took to check the pictures and copy them into its workspace."""


def make(folder: Path, images: int) -> Made:
    """Make so many pictures of the sample's and take them in. Raises DatasetError without the sample."""
    sources = _sources()[:images]
    started_s = time.perf_counter()
    _write(folder / "pictures", sources, images)
    made_s = time.perf_counter() - started_s
    workspace = Workspace(folder / "home")
    started_s = time.perf_counter()
    dataset = intake.take(
        workspace, folder / "pictures", name=f"{images} pictures", val_fraction=VAL_FRACTION
    )
    intake_s = time.perf_counter() - started_s
    dataset = _split_by_source(dataset, sources)
    _copy(dataset, folder)
    return Made(
        folder,
        len(dataset.items),
        len(dataset.of(Split.TRAIN)),
        len(dataset.of(Split.VAL)),
        len(dataset.classes),
        round(made_s, 3),
        round(intake_s, 3),
    )


def the_dataset(workspace: Workspace) -> Dataset:
    """The only one in the workspace."""
    return datasets.list_all(workspace)[0]


def sample_folder() -> Path:
    """The sample: beside tlcore in a checkout, in ``thaw_app`` in an installed wheel."""
    beside = Path(tlcore.__file__).resolve().parents[1]
    for folder in (beside, beside / "thaw_app"):
        if (sample := folder / "sample_data" / "clipart").is_dir():
            return sample
    raise DatasetError("The sample pictures are missing from this installation. Install thaw-studio again.")


def _sources() -> list[Path]:
    """The sample's drawings, one of each class in turn: the first few hold all classes alike."""
    classes = [sorted(folder.iterdir()) for folder in sorted(sample_folder().iterdir()) if folder.is_dir()]
    return [file for turn in zip_longest(*classes) for file in turn if file is not None]


def _write(folder: Path, sources: list[Path], images: int) -> None:
    """Picture k is variant k // n of drawing k mod n; variant 0 is the drawing itself."""

    def one(k: int) -> None:
        source, variant = sources[k % len(sources)], k // len(sources)
        target = folder / source.parent.name / f"{k % len(sources):03d}-{variant:03d}.jpg"
        _variant(source, variant).save(target, quality=JPEG_QUALITY)

    for name in {source.parent.name for source in sources}:
        (folder / name).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(one, range(images)):
            pass


def _variant(source: Path, number: int) -> Image.Image:
    content = source.read_bytes()
    with Image.open(source) as image:
        scale = LONGER_SIDE_PX / max(image.size)
        larger = image.convert("RGB").resize(
            (round(image.width * scale), round(image.height * scale)), Image.Resampling.BICUBIC
        )
    _, strong = presets.AUGMENTATIONS["strong"]
    pixels = augmentation.augment(
        np.array(larger), strong, seed=0, number=number, sha256=hashlib.sha256(content).hexdigest()
    )
    return Image.fromarray(pixels)


def _split_by_source(dataset: Dataset, sources: list[Path]) -> Dataset:
    """The dataset, on the disk too, with each picture on its drawing's side.

    A dataset's own split goes by the single picture, and would hold out near-copies of what is trained on.
    """
    sides = split(
        [sorted({source.parent.name for source in sources}).index(source.parent.name) for source in sources],
        [hashlib.sha256(source.read_bytes()).hexdigest() for source in sources],
        val_fraction=VAL_FRACTION,
        test_fraction=0.0,
        seed=0,
    )
    items = tuple(replace(item, split=sides[int(item.name.split("-")[0])]) for item in dataset.items)
    changed = replace(dataset, items=items)
    write_json(dataset.folder / "manifest.json", manifest.to_json(changed))
    return changed


def _copy(dataset: Dataset, folder: Path) -> None:
    """The dataset's own files in ``train`` and ``val``, as the plain program wants them."""
    for source, target in _places(dataset, folder):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _places(dataset: Dataset, folder: Path) -> Iterator[tuple[Path, Path]]:
    for item in dataset.items:
        source = dataset.path(item)
        name = Path(item.name).with_suffix(source.suffix)
        yield source, folder / item.split.value / dataset.classes[item.label] / name
