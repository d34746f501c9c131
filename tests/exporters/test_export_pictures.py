"""Which pictures an export is compared on, and that its program sees them as Thaw does."""

import dataclasses
import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.pictures import encoded, image
from tlcore import exporters, images
from tlcore.datasets import Dataset, Split
from tlcore.errors import ImageError
from tlcore.exporters import Facts, pictures
from tlcore.exporters.programs import PythonProgram
from tlcore.fitting import FITS, elongation
from tlcore.runs import Run


def test_held_out_pictures_come_first_and_the_oddest_of_each_class(few: Dataset) -> None:
    held_out = [*few.of(Split.VAL), *few.of(Split.TEST)]
    sides = ((Split.VAL, Split.TEST), (Split.TRAIN,))
    every = pictures.chosen(few, 100, sides)
    assert len({item.file for item in every}) == len(few.items)
    assert {item.file for item in every[: len(held_out)]} == {item.file for item in held_out}
    three = pictures.chosen(few, 3, sides)
    assert [item.label for item in three] == [0, 1, 2]
    for item in three:
        of_class = [one for one in held_out if one.label == item.label]
        longest = max(elongation(one.width_px, one.height_px) for one in of_class)
        assert elongation(item.width_px, item.height_px) == longest


def test_a_picture_that_is_gone_is_told(few: Dataset, tmp_path: Path) -> None:
    gone = dataclasses.replace(few, folder=tmp_path / "gone")
    with pytest.raises(ImageError):
        pictures.of(gone, Facts(16, "crop", 3), tmp_path)


def test_int8_is_calibrated_on_training_pictures_of_every_class(few: Dataset) -> None:
    chosen = pictures.chosen(few, 9, ((Split.TRAIN,),))
    assert {item.split for item in chosen} == {Split.TRAIN}
    assert Counter(item.label for item in chosen) == {0: 3, 1: 3, 2: 3}
    found = pictures.calibration(few, Facts(16, "crop", 3))
    assert (found.shape, found.dtype) == ((len(few.of(Split.TRAIN)), 16, 16, 3), np.uint8)


def red_green_profile() -> bytes:
    """sRGB with red and green exchanged, under another name: a picture of it looks quite different."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"xXYZ").replace(b"gXYZ", b"rXYZ").replace(b"xXYZ", b"gXYZ")
    return swapped.replace("sRGB".encode("utf-16-be"), "xRGB".encode("utf-16-be"))


def turned(size: tuple[int, int] = (48, 32), format: str = "PNG") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 8
    picture = image(size[0], (size[0] // 9, size[1] // 9)).resize(size)
    return encoded(picture, format, exif=exif)


def grey_transparent() -> bytes:
    picture = image(3, (40, 30), "LA")
    picture.putalpha(image(4, (40, 30), "L"))
    return encoded(picture)


def values(low: float, high: float, kind: type[np.generic]) -> bytes:
    """A grey picture of these values, in a format that has room for them."""
    steps = np.linspace(low, high, 40 * 30).reshape(30, 40).astype(kind)
    return encoded(Image.fromarray(steps), "PNG" if kind is np.uint16 else "TIFF")


def lab(size: tuple[int, int]) -> bytes:
    srgb, other = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    picture = ImageCms.profileToProfile(image(5, size), srgb, other, outputMode="LAB")
    assert picture is not None
    return encoded(picture, "TIFF")


PICTURES = {
    "rgb": encoded(image(1, (50, 31))),
    "turned": turned(),
    # Pillow turns these by itself.
    "turned, TIFF": turned(format="TIFF"),
    "grey": encoded(image(2, (31, 50), "L")),
    "grey, transparent": grey_transparent(),
    "palette": encoded(image(3, (40, 30)).quantize(17)),
    "palette, transparent": encoded(image(3, (40, 30)).quantize(17), transparency=3),
    "black and white": encoded(image(4, (33, 20), "1")),
    "cmyk": encoded(image(4, (33, 20), "CMYK"), "TIFF"),
    "other colours": encoded(image(5, (40, 30)), icc_profile=red_green_profile()),
    "other colours, grey": encoded(image(5, (40, 30), "L"), icc_profile=red_green_profile()),
    "broken profile": encoded(image(5, (40, 30)), icc_profile=b"no profile"),
    "animation": encoded(image(6, (20, 30)), "GIF", save_all=True, append_images=[image(7, (20, 30))]),
    "large": encoded(image(8, (1500, 30))),
    "large, turned": turned((1333, 701)),
    "a drawing kept as a photo": encoded(image(8, (601, 500))),
    "16 bits": values(0, 60_000, np.uint16),
    "12 bits": values(0, 4000, np.uint16),
    "16 bits that hold 8": values(0, 250, np.uint16),
    "whole numbers below zero": values(-900, 70_000, np.int32),
    "fractions": values(0, 0.9, np.float32),
    "fractions beyond 1": values(-0.5, 7, np.float32),
    "LAB, large": lab((1300, 700)),
    "YCbCr, large": encoded(image(5, (1300, 700)).convert("YCbCr"), "TIFF"),
    "photo": encoded(image(9, (61, 40)), "JPEG", quality=60),
    "photo, turned": turned((61, 40), "JPEG"),
    "photo, large": turned((2999, 2111), "JPEG"),
    "photo, other colours": encoded(image(5, (40, 30)), "JPEG", icc_profile=red_green_profile()),
}


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("name", PICTURES)
def test_the_program_makes_the_pixels_that_thaw_makes(name: str, fit: str, tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text("[]")
    (tmp_path / "picture").write_bytes(PICTURES[name])
    program = PythonProgram("", "", "pixels", "numpy")
    text = program.text(Facts(24, fit, 3))
    space = {"__name__": "predict", "__file__": str(tmp_path / "predict.py")}
    exec(compile(text, "predict.py", "exec"), space)
    found = space["pixels"](tmp_path / "picture")
    with Image.open(io.BytesIO(images.make_safe(PICTURES[name]).content)) as safe:
        expected = images.to_pixels(safe, 24, fit)
    assert (found.shape, found.dtype) == ((1, 24, 24, 3), np.float32)
    assert np.abs(found[0] - expected).max() == 0


def test_the_colours_of_a_profile_are_seen() -> None:
    """The test above would say nothing if the profile did nothing."""
    plain, coloured = (
        np.int32(Image.open(io.BytesIO(images.make_safe(PICTURES[name]).content)))
        for name in ("broken profile", "other colours")
    )
    assert np.abs(plain - coloured).max() > 50


def test_programs_are_short_and_plain(tiny: Run) -> None:
    python = [format for format, one in exporters.FORMATS.items() if one.program.language == "python"]
    assert len(python) >= 6
    for format in python:
        program = exporters.program(tiny, format)
        compile(program, "predict.py", "exec")
        assert len(program.splitlines()) <= 95
        assert max(map(len, program.splitlines())) <= 110
        assert "tlcore" not in program
