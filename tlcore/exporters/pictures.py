"""The pictures on which an export is compared with its run, and those that int8 is calibrated on."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
from PIL import Image

from tlcore import fitting, images
from tlcore.datasets import Dataset, Item, Split
from tlcore.errors import ImageError
from tlcore.exporters.exporter import Facts
from tlcore.recipe_parts import Fit
from tlcore.runtimes import Pixels
from tlcore.words import tr

CHECKED = 32
"""Of the dataset, or all it has; the odd copies come on top."""
CALIBRATED = 100
# Made of a few of them: what cameras, phones and drawing programs write, and a dataset no longer shows, since
# its pictures were made alike when they were taken in.
_ODD_SIZES = ((317, 96), (64, 283), (211, 210), (1, 40), (120, 119), (300, 200), (256, 257))


@dataclass(frozen=True)
class Picture:
    """A file, and the pixels that the run sees of it."""

    file: Path
    name: str
    pixels: Pixels
    """(size, size, 3), uint8."""


def of(dataset: Dataset | None, facts: Facts, scratch: Path) -> list[Picture]:
    """What to compare on: held out pictures first, of every class, in the oddest shapes; then odd copies.

    Where the dataset is gone: drawings of noise, so that a wrong conversion is found all the same.
    Raises ImageError for a picture that is gone.
    """
    if dataset is None:
        kept = [(file, file.name) for file in (_noise(scratch, number) for number in range(CHECKED // 2))]
    else:
        sides = ((Split.VAL, Split.TEST), (Split.TRAIN,))
        kept = [(dataset.path(item), item.name) for item in chosen(dataset, CHECKED, sides)]
    # First, so that one which is gone is told.
    shown = [_as_shown(file, name, facts) for file, name in kept]
    odd = _odd([file for file, _ in kept], scratch)
    return shown + [_as_shown(file, file.name, facts) for file in odd]


def calibration(dataset: Dataset, facts: Facts) -> Pixels:
    """Training pictures of every class, (n, size, size, 3), uint8."""
    some = chosen(dataset, CALIBRATED, ((Split.TRAIN,),))
    return np.stack([images.load_rgb(dataset.path(item), *_look(facts)) for item in some])


def chosen(dataset: Dataset, count: int, sides: Sequence[tuple[Split, ...]]) -> list[Item]:
    """At most so many, the first sides first; of each class in turn, the most elongated first."""
    found: list[Item] = []
    for side in sides:
        classes: dict[int, list[Item]] = {}
        for item in dataset.items:
            if item.split in side:
                classes.setdefault(item.label, []).append(item)
        ordered = [sorted(items, key=_evenness) for items in classes.values()]
        found += [item for row in zip_longest(*ordered) for item in row if item is not None]
    return found[:count]


def _evenness(item: Item) -> tuple[float, str]:
    return -fitting.elongation(item.width_px, item.height_px), item.file


def _look(facts: Facts) -> tuple[int, Fit]:
    return facts.image_size_px, facts.fit


def _as_shown(file: Path, name: str, facts: Facts) -> Picture:
    """As the run sees a file that somebody shows to it: of a photo it keeps a JPEG of its own."""
    try:
        safe = images.make_safe(file.read_bytes())
    except OSError as error:
        raise ImageError(
            tr("The picture {name} of the dataset is missing, so an export cannot be compared.", name=name)
        ) from error
    with Image.open(io.BytesIO(safe.content)) as image:
        return Picture(file, name, images.to_pixels(image, *_look(facts)))


def _odd(files: Sequence[Path], scratch: Path) -> Iterator[Path]:
    for number, (name, save) in enumerate(_WAYS.items()):
        with Image.open(files[number % len(files)]) as picture:
            odd = picture.convert("RGB").resize(_ODD_SIZES[number], Image.Resampling.BILINEAR)
        file = scratch / name
        save(odd, file)
        yield file


def _cut_out(picture: Image.Image, file: Path) -> None:
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    picture.save(file)


def _on_its_side(picture: Image.Image, file: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(file, exif=exif)


def _photo(picture: Image.Image, file: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3
    picture.resize((1400, 933)).save(file, quality=80, exif=exif)


_WAYS: dict[str, Callable[[Image.Image, Path], None]] = {
    "transparent.png": _cut_out,
    "on its side.tiff": _on_its_side,
    "grey.png": lambda picture, file: picture.convert("L").save(file),
    "one pixel wide.bmp": lambda picture, file: picture.save(file),
    "palette.gif": lambda picture, file: picture.convert("P").save(file),
    "photo.jpg": _photo,
    "lossless.webp": lambda picture, file: picture.save(file, lossless=True),
}


def _noise(scratch: Path, number: int) -> Path:
    """Blots of colour: what a network sees as something, other than noise of single pixels."""
    blots = np.random.default_rng(number).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    width, height = 90 + 17 * number, 300 - 11 * number
    file = scratch / f"drawn {number}.png"
    Image.fromarray(blots).resize((width, height), Image.Resampling.BICUBIC).save(file)
    return file
