"""The real pictures at hand without a download: each set as class folders, the same at each making."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tlcore import datasets, intake
from tlcore.benchmark.pictures import sample_folder
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace

# A training side smaller than that of a usual dataset: the default must hold with few pictures too.
VAL_FRACTION, TEST_FRACTION = 0.15, 0.25
DIGITS_OF_EACH = 60
# Each point of a digit becomes so many pixels.
_DIGIT_SCALE = 16
# Of ink, in scikit-learn's digits.
_DARKEST = 16


@dataclass(frozen=True)
class Set:
    about: str
    write: Callable[[Path], None]
    """Lays class folders into the folder."""


def take(workspace: Workspace, name: str, folder: Path) -> Dataset:
    """A set as a dataset. ``folder`` does not exist yet. Raises DatasetError without the pictures."""
    SETS[name].write(folder)
    return intake.take(
        workspace, folder, name=name, val_fraction=VAL_FRACTION, test_fraction=TEST_FRACTION, own_split=False
    )


def split_anew(workspace: Workspace, dataset: Dataset, seed: int) -> Dataset:
    """The same pictures in the same order, so that features are found again."""
    return datasets.resplit(
        workspace, dataset, val_fraction=VAL_FRACTION, test_fraction=TEST_FRACTION, seed=seed
    )


def _drawings(folder: Path) -> None:
    shutil.copytree(sample_folder(), folder)


def _digits(folder: Path) -> None:
    from sklearn.datasets import load_digits

    found = load_digits()
    written = dict.fromkeys(range(10), 0)
    for points, label in zip(found.images, found.target.tolist(), strict=True):
        if written[label] == DIGITS_OF_EACH:
            continue
        written[label] += 1
        place = folder / f"digit {label}"
        place.mkdir(parents=True, exist_ok=True)
        # Dark on white, as they were written.
        image = Image.fromarray((255 - points * (255 / _DARKEST)).round().astype("uint8"))
        side = image.width * _DIGIT_SCALE
        image.resize((side, side), Image.Resampling.BICUBIC).save(place / f"{written[label]:02d}.png")


SETS = {
    "drawings": Set("the sample that comes with Thaw: drawings of the Open Clip Art Library", _drawings),
    "digits": Set(
        f"the first {DIGITS_OF_EACH} of each digit in scikit-learn's `load_digits`: handwriting, scanned to "
        "8 × 8 points, enlarged",
        _digits,
    ),
}
