"""One picture made safe: recognised, verified, upright, RGB, without metadata, re-encoded.

Also the one way pictures become tensors (`load_rgb`, `to_pixels`), so that training, evaluation
and prediction see the same pixels.
"""

import contextlib
import hashlib
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Importing a plugin registers its format. Pillow would otherwise import it at the first picture that
# needs it, and two threads doing that at once can leave one of them with "cannot identify".
from PIL import (
    BmpImagePlugin,  # noqa: F401
    ExifTags,
    GifImagePlugin,  # noqa: F401
    Image,
    ImageCms,
    ImageFile,
    JpegImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from tlcore import fitting
from tlcore.depth import SIXTEEN_BITS, is_deep, to_eight_bits
from tlcore.errors import ImageError
from tlcore.formats import DAMAGED, refuse_unread, unknown
from tlcore.recipe_parts import Fit
from tlcore.words import mark, number, tr

__all__ = [
    "MAX_MEGAPIXELS",
    "MAX_SIDE_PX",
    "SafeImage",
    "check_kept",
    "load_rgb",
    "make_safe",
    "open_kept",
    "to_pixels",
]

FORMATS = ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"]
MAX_MEGAPIXELS = 50
MAX_SIDE_PX = 1024
MAX_LOSSLESS_PIXELS = 512 * 512
MAX_PROFILE_BYTES = 4_000_000
JPEG_QUALITY = 92
# Decoded, a large picture takes some hundred MB: of those few at a time, of others one on each core.
_LARGE_PIXELS = 12_000_000
_few_large = threading.BoundedSemaphore(2)
# What Pillow tells of a bare JPEG: the version of its format, and no profile, place or date.
_KEPT_INFO = {"jfif", "jfif_version", "jfif_unit", "jfif_density"}

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class SafeImage:
    """A picture that holds nothing but its pixels: upright, RGB, no metadata."""

    content: bytes
    suffix: str
    sha256: str
    width_px: int
    height_px: int
    notes: tuple[str, ...]


def make_safe(content: bytes) -> SafeImage:
    """Decode and encode anew; the same bytes in give the same bytes out.

    Alpha is laid on white, 16 bits become 8, a colour profile becomes sRGB, the longer side becomes at
    most MAX_SIDE_PX. ``notes`` says what a person would want to know. Raises ImageError with the reason.
    """
    refuse_unread(content)
    image, notes = _opened(content)
    with _few_large if image.width * image.height > _LARGE_PIXELS else contextlib.nullcontext():
        with _as_image_errors(content):
            image.load()
        try:
            rgb = _to_rgb(image, notes)
        except (ValueError, OSError, MemoryError) as error:
            raise ImageError(tr(DAMAGED)) from error
    as_jpeg = image.format in ("JPEG", "MPO") or rgb.width * rgb.height > MAX_LOSSLESS_PIXELS
    encoded = _encode(rgb, "JPEG" if as_jpeg else "PNG")
    return SafeImage(
        content=encoded,
        suffix=".jpg" if as_jpeg else ".png",
        sha256=hashlib.sha256(encoded).hexdigest(),
        width_px=rgb.width,
        height_px=rgb.height,
        notes=tuple(notes),
    )


def check_kept(content: bytes, width_px: int, height_px: int) -> None:
    """Raises ImageError unless this is a picture as ``make_safe`` writes it, of this size."""
    try:
        image = Image.open(io.BytesIO(content), formats=["JPEG", "PNG"])
        as_it_should = image.mode == "RGB" and image.size == (width_px, height_px)
        if not as_it_should or max(image.size) > MAX_SIDE_PX or not image.info.keys() <= _KEPT_INFO:
            raise ImageError(tr("The picture is not as Thaw keeps it."))
        image.load()
    except ImageError:
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged input.
        raise ImageError(tr(DAMAGED)) from error


def load_rgb(path: Path, size_px: int, fit: Fit = "stretch") -> np.ndarray:
    """A picture of a dataset as uint8 of shape (size_px, size_px, 3). Raises ImageError when it is gone.

    For a run's model ``fit`` is the one of its recipe.
    """
    with open_kept(path) as image:
        return to_pixels(image, size_px, fit)


def to_pixels(image: Image.Image, size_px: int, fit: Fit = "stretch") -> np.ndarray:
    """uint8 of shape (size_px, size_px, 3), bilinear with antialiasing; see ``tlcore.fitting``."""
    return np.array(fitting.fitted(image.convert("RGB"), size_px, fit), dtype=np.uint8)


def open_kept(path: Path) -> Image.Image:
    """A picture of a dataset as it lies there. Raises ImageError when it is gone."""
    try:
        image = Image.open(path, formats=["JPEG", "PNG"])
        image.load()
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageError(
            tr(
                "The picture {name} of this dataset is missing or damaged. Add the pictures again.",
                name=path.name[:12],
            )
        ) from error
    return image


def _opened(content: bytes) -> tuple[ImageFile.ImageFile, list[str]]:
    """The first frame, not yet decoded, and what to say about it. Nothing goes beyond the pixel limit."""
    with _as_image_errors(content):
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        _check_pixels(image)
        notes = _notes(image)
        # A large photo is decoded at a half, a quarter or an eighth: less memory, several times faster.
        image.draft(None, (MAX_SIDE_PX, MAX_SIDE_PX))
    return image, notes


@contextlib.contextmanager
def _as_image_errors(content: bytes) -> Iterator[None]:
    try:
        yield
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(_too_large(tr("too many"))) from error
    except UnidentifiedImageError as error:
        raise ImageError(unknown(content)) from error
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged input.
        raise ImageError(tr(DAMAGED)) from error


def _too_large(found: str) -> str:
    return tr(
        "The picture has {megapixels} megapixels; {limit} is the limit. Save it smaller.",
        megapixels=found,
        limit=MAX_MEGAPIXELS,
    )


def _check_pixels(image: ImageFile.ImageFile) -> None:
    pixels = image.width * image.height
    if pixels > MAX_MEGAPIXELS * 1_000_000:
        raise ImageError(_too_large(number(pixels / 1e6, ".0f")))


def _notes(image: ImageFile.ImageFile) -> list[str]:
    notes = []
    if image.format == "TIFF":
        tags = image.tag_v2  # type: ignore[attr-defined]
        # DNG, NEF and ARW are TIFF files whose first picture is only a small preview.
        if 50706 in tags or tags.get(254) == 1:
            raise ImageError(tr("RAW files are not read. Export it as JPEG or PNG."))
    # An MPO is a photo with a preview or a second eye beside it, not an animation.
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        several = mark("first page of several")
        notes.append(several if image.format == "TIFF" else mark("first frame of an animation"))
    if any(";16" in str(tile.args) for tile in image.tile) and not is_deep(image):
        notes.append(SIXTEEN_BITS)
    return notes


def _to_rgb(image: Image.Image, notes: list[str]) -> Image.Image:
    """Upright RGB, at most MAX_SIDE_PX; shrunk before colours are converted, which is the slow part."""
    turn = _UPRIGHT.get(_orientation(image))
    profile = image.info.get("icc_profile")
    if is_deep(image):
        image, note = to_eight_bits(image)
        notes.append(note)
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.new("RGB", rgba.size, "white")
        image.paste(rgba, mask=rgba.getchannel("A"))
    elif image.mode not in ("L", "RGB", "CMYK", "LAB", "YCbCr"):
        image = image.convert("RGB")
    image = _convert_colours(_shrink(image, MAX_SIDE_PX), profile)
    return image.transpose(turn) if turn is not None else image


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1-8; 1 when the metadata cannot be read: a damaged tag is no reason to refuse."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # Pillow's EXIF reader raises nearly anything on damaged input.
        return 1


def _convert_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB in sRGB. A profile that does not fit the picture is passed over, as browsers do."""
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return _transform(image, ImageCms.ImageCmsProfile(lab))
    if profile and len(profile) <= MAX_PROFILE_BYTES:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(source):
                return _transform(image, source)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return image.convert("RGB")


def _transform(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    srgb = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")
    if converted is None:
        raise ValueError("no picture came back")
    return converted


def _shrink(image: Image.Image, side_px: int) -> Image.Image:
    longer = max(image.size)
    if longer <= side_px:
        return image
    size = (
        max(1, round(image.width * side_px / longer)),
        max(1, round(image.height * side_px / longer)),
    )
    return image.resize(size, Image.Resampling.BILINEAR)


def _encode(rgb: Image.Image, format: str) -> bytes:
    # A new image: Pillow would write profile, comment and XMP of the old one into the file.
    bare = Image.frombytes("RGB", rgb.size, rgb.tobytes())
    buffer = io.BytesIO()
    options = {"quality": JPEG_QUALITY, "subsampling": 0} if format == "JPEG" else {"compress_level": 6}
    bare.save(buffer, format, **options)
    return buffer.getvalue()
