import hashlib
import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from tests import pictures
from tlcore.errors import ImageError
from tlcore.images import check_kept, load_rgb, make_safe, to_pixels


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("format", ["PNG", "GIF", "BMP", "WEBP", "TIFF"])
def test_lossless_formats_keep_their_pixels(format: str) -> None:
    picture = pictures.with_corner()
    safe = make_safe(pictures.encoded(picture, format, **({"lossless": True} if format == "WEBP" else {})))
    assert (safe.suffix, safe.width_px, safe.height_px, safe.notes) == (".png", 48, 32, ())
    assert np.array_equal(pixels(safe.content), np.asarray(picture))


def test_jpeg_stays_jpeg_and_close() -> None:
    content = pictures.encoded(pictures.with_corner(), "JPEG", quality=95, progressive=True)
    safe = make_safe(content)
    assert safe.suffix == ".jpg"
    assert safe.content[:3] == b"\xff\xd8\xff"
    assert safe.sha256 == hashlib.sha256(safe.content).hexdigest()
    assert np.abs(pixels(safe.content).astype(int) - pixels(content)).max() <= 12
    assert make_safe(content) == safe


def test_large_lossless_picture_becomes_jpeg_and_is_shrunk() -> None:
    safe = make_safe(pictures.encoded(Image.new("RGB", (3000, 1500), (0, 90, 200))))
    assert (safe.suffix, safe.width_px, safe.height_px) == (".jpg", 1024, 512)
    assert np.abs(pixels(safe.content).astype(int) - [0, 90, 200]).max() <= 2


def test_thin_picture_keeps_a_pixel() -> None:
    safe = make_safe(pictures.encoded(Image.new("RGB", (5000, 1))))
    assert (safe.width_px, safe.height_px) == (1024, 1)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_made_upright(orientation: int, format: str) -> None:
    undo = [None, 0, 3, 1, 5, 2, 6, 4]  # Image.Transpose that lays a picture down for each orientation
    inverse = undo[orientation - 1]
    laid = pictures.with_corner() if inverse is None else pictures.with_corner().transpose(inverse)
    exif = Image.Exif()
    exif[0x0112] = orientation
    safe = make_safe(pictures.encoded(laid, format, exif=exif))
    assert (safe.width_px, safe.height_px) == (48, 32)
    upright = pixels(safe.content).astype(int)
    assert np.abs(upright[4, 4] - pictures.CORNER).max() < 12
    assert upright[[4, 28, 28], [44, 4, 44]].min() > 240


def test_orientation_of_a_large_photo_decoded_small() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    laid = pictures.with_corner((4000, 3000)).transpose(Image.Transpose.ROTATE_90)
    safe = make_safe(pictures.encoded(laid, "JPEG", exif=exif))
    assert (safe.width_px, safe.height_px) == (1024, 768)
    assert np.abs(pixels(safe.content)[10, 10].astype(int) - pictures.CORNER).max() < 12


def test_alpha_is_laid_on_white() -> None:
    rgba = Image.new("RGBA", (8, 8), (200, 0, 0, 0))
    rgba.paste((0, 0, 100, 128), (0, 0, 4, 8))
    found = pixels(make_safe(pictures.encoded(rgba)).content)
    assert found[0, 7].tolist() == [255, 255, 255]
    assert found[0, 0].tolist() == [127, 127, 177]


def test_transparent_palette_is_laid_on_white() -> None:
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([9, 9, 9, 0, 200, 0])
    palette.putpixel((0, 0), 0)
    for format in ("PNG", "GIF"):
        found = pixels(make_safe(pictures.encoded(palette, format, transparency=0)).content)
        assert found[0, 0].tolist() == [255, 255, 255]
        assert found[5, 5].tolist() == [0, 200, 0]


@pytest.mark.parametrize(
    ("mode", "format", "colour", "expected"),
    [
        ("CMYK", "JPEG", (0, 255, 255, 0), (255, 0, 0)),
        ("CMYK", "TIFF", (0, 255, 255, 0), (255, 0, 0)),
        ("L", "PNG", 77, (77, 77, 77)),
        ("LA", "PNG", (77, 255), (77, 77, 77)),
        ("1", "PNG", 1, (255, 255, 255)),
        ("1", "TIFF", 0, (0, 0, 0)),
        ("LAB", "TIFF", (255, 128, 128), (255, 255, 255)),
    ],
)
def test_every_mode_becomes_right_rgb(mode: str, format: str, colour: int, expected: tuple[int]) -> None:
    safe = make_safe(pictures.encoded(Image.new(mode, (16, 16), colour), format))
    assert np.abs(pixels(safe.content)[8, 8].astype(int) - expected).max() <= 3


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_first_frame_is_taken_and_said(format: str) -> None:
    first, second = Image.new("RGB", (16, 16), (255, 0, 0)), Image.new("RGB", (16, 16), (0, 0, 255))
    options = {"lossless": True} if format == "WEBP" else {}
    safe = make_safe(pictures.encoded(first, format, save_all=True, append_images=[second], **options))
    assert pixels(safe.content)[0, 0].tolist() == [255, 0, 0]
    assert safe.notes == ("first page of several" if format == "TIFF" else "first frame of an animation",)


def test_nothing_of_the_metadata_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET-PLACE")
    sources = [
        pictures.encoded(
            pictures.image(),
            "JPEG",
            exif=exif,
            comment=b"SECRET-PLACE",
            xmp=b"SECRET-PLACE",
            icc_profile=profile,
        ),
        pictures.encoded(pictures.image(), "PNG", exif=exif, pnginfo=text, icc_profile=profile),
        pictures.encoded(pictures.image(), "WEBP", exif=exif, xmp=b"SECRET-PLACE", icc_profile=profile),
    ]
    for source in sources:
        safe = make_safe(source)
        kept = Image.open(io.BytesIO(safe.content))
        assert b"SECRET" in source
        assert b"SECRET" not in safe.content
        assert b"Exif" not in safe.content
        assert not dict(kept.getexif())
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_colour_profile_is_applied_then_dropped() -> None:
    swapped = Image.new("RGB", (8, 8), (200, 100, 50))
    lab_like = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    broken = make_safe(pictures.encoded(swapped, icc_profile=b"not a profile"))
    assert pixels(broken.content)[0, 0].tolist() == [200, 100, 50]
    misfit = make_safe(pictures.encoded(Image.new("L", (8, 8), 60), icc_profile=lab_like))
    assert pixels(misfit.content)[0, 0].tolist() == [60, 60, 60]


def wide_gamut_profile() -> bytes:
    """A linear-gamma profile made from sRGB's by overwriting its curves."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in range(128 + 4, 128 + 4 + 12 * struct.unpack(">I", profile[128:132])[0], 12):
        tag, offset, size = struct.unpack(">4sII", profile[at : at + 12])
        if tag in (b"rTRC", b"gTRC", b"bTRC"):
            profile[offset : offset + size] = (b"curv" + bytes(8)).ljust(size, b"\0")
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "LINR".encode("utf-16-be"))


def test_linear_profile_becomes_srgb() -> None:
    source = pictures.encoded(Image.new("RGB", (8, 8), (128, 128, 128)), icc_profile=wide_gamut_profile())
    found = pixels(make_safe(source).content)[0, 0].astype(int)
    assert np.abs(found - 188).max() <= 2  # linear 0.5 is 188 in sRGB


def test_raw_photo_in_a_tiff_is_refused() -> None:
    content = pictures.encoded(pictures.image(), "TIFF", tiffinfo={254: 1})
    with pytest.raises(ImageError, match="RAW files are not read"):
        make_safe(content)


@pytest.mark.parametrize(
    ("size", "said"),
    [((10_000, 5_001), "50 megapixels"), ((10_000, 10_000), "megapixels"), ((20_000, 20_000), "megapixels")],
)
def test_huge_pictures_are_refused_from_the_header(size: tuple[int, int], said: str) -> None:
    with pytest.raises(ImageError, match=f"{said}.*Save it smaller"):
        make_safe(pictures.raw_png(*size, 8, 2, b""))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"])
def test_truncated_pictures_are_refused(format: str) -> None:
    content = pictures.encoded(pictures.image(size=(64, 64)), format)
    for length in (9, 20, len(content) // 2):
        with pytest.raises(ImageError):
            make_safe(content[:length])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"])
def test_damaged_bytes_raise_nothing_else(format: str) -> None:
    content = pictures.encoded(pictures.image(size=(32, 32)), format)
    random = np.random.default_rng(0)
    survived = 0
    for _ in range(150):
        damaged = bytearray(content)
        for at in random.integers(0, len(content), 3):
            damaged[at] = random.integers(256)
        try:
            survived += make_safe(bytes(damaged)).width_px > 0
        except ImageError as error:
            assert str(error).endswith((".", ")."))  # noqa: PT017
    assert survived < 150 or format == "BMP"


def test_pixels_are_bilinear_and_antialiased(tmp_path) -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    path = tmp_path / "stripes.png"
    path.write_bytes(pictures.encoded(Image.fromarray(stripes)))
    found = load_rgb(path, 16)
    assert (found.shape, found.dtype) == ((16, 16, 3), np.uint8)
    assert np.abs(found[2:-2, 2:-2].astype(int) - 128).max() <= 8
    assert np.array_equal(found, to_pixels(Image.open(path), 16))


def test_missing_picture_is_a_sentence(tmp_path) -> None:
    with pytest.raises(ImageError, match="missing or damaged. Add the pictures again") as caught:
        load_rgb(tmp_path / f"{'a' * 64}.png", 16)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_what_was_made_safe_is_known_again(format: str) -> None:
    safe = make_safe(pictures.encoded(pictures.with_corner(), format))
    check_kept(safe.content, safe.width_px, safe.height_px)
    with pytest.raises(ImageError, match="not as Thaw keeps it"):
        check_kept(safe.content, safe.height_px, safe.width_px)
    with pytest.raises(ImageError, match="cut short or damaged"):
        check_kept(safe.content[: len(safe.content) // 2], safe.width_px, safe.height_px)


@pytest.mark.parametrize(
    ("format", "options"), [("JPEG", {"comment": b"at home"}), ("JPEG", {"exif": b"Exif\0\0x"}), ("GIF", {})]
)
def test_what_was_not_made_safe_is_known_too(format: str, options: dict[str, bytes]) -> None:
    content = pictures.encoded(pictures.with_corner(), format, **options)
    with pytest.raises(ImageError):
        check_kept(content, 48, 32)
