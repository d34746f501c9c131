"""The Python program that is shipped with a model: a file of its own, with no more than the format's runtime.

It makes pixels of a picture exactly as Thaw does (``images.make_safe``, ``images.to_pixels``), step by step:
the JPEG that Thaw keeps of a photo alone moves probabilities of the sample by up to 0.1.
"""

import importlib.metadata
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlcore import confidence, fitting, images
from tlcore.exporters import doubt
from tlcore.exporters.exporter import Facts, Opened

TIMED_PICTURES = 8

_PROGRAM = '''\
"""What the model says of pictures: python predict.py PICTURE..."""

import contextlib
import io
import json
import sys
from pathlib import Path

import numpy
{imports}
from PIL import Image, ImageCms, ImageOps

FOLDER = Path(__file__).resolve().parent
LABELS = json.loads((FOLDER / "labels.json").read_text(encoding="utf-8")){read}
{load}


def eight_bits(image):
    """A grey picture of more than 8 bits, by the smallest full range that holds it."""
    values = numpy.nan_to_num(numpy.float32(image), posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    full = next((top for top in ((1,) if image.mode == "F" else (255, 4095, 65535)) if high <= top), None)
    if low < 0 or full is None:
        values, full = values - low, max(high - low, 1e-30)
    return Image.fromarray(numpy.uint8(numpy.rint(values * (255 / full))))


def upright(file):
    """A picture as Thaw keeps it: RGB, in sRGB, on white where it is transparent, not too large, upright."""
    with Image.open(file) as opened:
        opened.draft(None, ({side}, {side}))
        image = opened.copy()
        turn, profile = opened.getexif().get(0x0112, 1), opened.info.get("icc_profile")
    is_photo = opened.format in ("JPEG", "MPO")
    if image.mode.startswith("I") or image.mode == "F":
        image = eight_bits(image)
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.new("RGB", rgba.size, "white")
        image.paste(rgba, mask=rgba.getchannel("A"))
    elif image.mode not in ("L", "RGB", "CMYK", "LAB", "YCbCr"):
        image = image.convert("RGB")
    longer = max(image.size)
    if longer > {side}:
        size = [max(1, round(side * {side} / longer)) for side in image.size]
        image = image.resize(size, Image.Resampling.BILINEAR)
    # A profile that does not fit the picture is passed over.
    with contextlib.suppress(ImageCms.PyCMSError, OSError, TypeError, ValueError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile or b""))
        if image.mode != "LAB" and "sRGB" not in ImageCms.getProfileDescription(source):
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    image = image.convert("RGB")
    image.getexif()[0x0112] = turn
    image = ImageOps.exif_transpose(image)
    if is_photo or image.width * image.height > {lossless}:
        kept = io.BytesIO()
        image.save(kept, "JPEG", quality={quality}, subsampling=0, exif=b"")
        image = Image.open(kept)
    return image


def pixels(file):
    """What the model takes: RGB from 0 to 255 in the shape (1, {size}, {size}, 3)."""
    image = upright(file)
    return numpy.float32({fitted})[None]


def scores(pixels):
    """What the model gives: {units_words}."""
    return {scores}

{calibrated}
def predict(file):
    """The probability of each class, in the order of labels.json."""
    found = scores(pixels(file))
    return {probabilities}.tolist()

{unsure}
if __name__ == "__main__":
    # A pipe on Windows would take only the letters of its own alphabet.
    sys.stdout.reconfigure(encoding="utf-8")
    for file in sys.argv[1:]:
        found = predict(file)
        told = {{label: round(p, 4) for label, p in zip(LABELS, found)}}
        print({sure}told)
'''


@dataclass(frozen=True)
class PythonProgram:
    imports: str
    """Lines of Python, as the two below."""
    load: str
    """Opens the model, which lies in ``FOLDER``."""
    scores: str
    """An expression: of ``pixels``, (1, size, size, 3), the model's output, (units,)."""
    requires: str
    """The distribution that brings the runtime."""
    file: str = "predict.py"
    language: str = "python"
    numbers: str = confidence.FILE
    checked: str = "This very program was run on"

    @property
    def use(self) -> str:
        return f"pip install {self.requires} pillow numpy\npython {self.file} picture.jpg"

    @property
    def about(self) -> str:
        return f"""\
`{self.file}` is a short program, to be copied into your own. It makes pixels of a picture just as
Thaw does."""

    @property
    def runtime(self) -> str:
        return f"{self.requires} {importlib.metadata.version(self.requires)}"

    def text(self, facts: Facts) -> str:
        single = facts.units == 1
        # A single unit says how likely the second of two classes is.
        probabilities = "numpy.append(1 - found, found)" if single else "found"
        return _PROGRAM.format(
            imports=self.imports,
            load=self.load,
            side=images.MAX_SIDE_PX,
            lossless=images.MAX_LOSSLESS_PIXELS,
            quality=images.JPEG_QUALITY,
            size=facts.image_size_px,
            fitted=fitting.pil_code(facts.fit, facts.image_size_px),
            scores=self.scores,
            units_words="the probability of the second class" if single else "the probability of each class",
            probabilities=doubt.applied(facts, probabilities),
            read=doubt.read(facts),
            calibrated=doubt.calibrated(facts),
            unsure=doubt.unsure(facts),
            sure=doubt.sure(facts),
        )

    def open(self, folder: Path) -> Opened:
        """The program itself, as it lies in the folder beside its model. ``main`` is not run."""
        return self.opened((folder / self.file).read_text(encoding="utf-8"), folder)

    def opened(self, text: str, folder: Path) -> Opened:
        """A program of this text, as if it lay in the folder."""
        file = folder / self.file
        space: dict[str, Any] = {"__name__": "predict", "__file__": str(file)}
        # Not imported: that would leave its bytecode among the files that are taken away.
        exec(compile(text, str(file), "exec"), space)

        def milliseconds(pictures: Sequence[Path]) -> float:
            some = [space["pixels"](picture) for picture in pictures[:TIMED_PICTURES]]
            return statistics.median(_timed(lambda one=one: space["scores"](one)) for one in some)

        return Opened(space["predict"], milliseconds)


def _timed(call: Any) -> float:
    started_s = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - started_s)
