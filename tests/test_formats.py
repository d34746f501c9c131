import pytest

from tlcore.errors import ImageError
from tlcore.images import make_safe


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty (0 bytes)."),
        (b"hello", "It is no picture (JPEG, PNG, GIF, BMP, WebP or TIFF)."),
        (b"\0\0\0\x18ftypheic", "HEIC files are not read. Export it as JPEG or PNG."),
        (b"\0\0\0\x18ftypavif", "AVIF files are not read. Export it as JPEG or PNG."),
        (b"\0\0\0\x18ftypcrx ", "RAW files are not read. Export it as JPEG or PNG."),
        (b"\0\0\0\x18ftypisom", "Video files are not read. Export it as JPEG or PNG."),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "EPS files are not read. Export it as JPEG or PNG."),
        (b"\xc5\xd0\xd3\xc6....", "EPS files are not read. Export it as JPEG or PNG."),
        (b"8BPS\0\1", "PSD files are not read. Export it as JPEG or PNG."),
        (b"<svg xmlns='x'/>", "SVG files are not read. Export it as JPEG or PNG."),
        (b"<?xml version='1.0'?>\n<!-- x --><svg>", "SVG files are not read. Export it as JPEG or PNG."),
        (b"II*\0\x10\0\0\0CR\2\0", "RAW files are not read. Export it as JPEG or PNG."),
        (b"PK\x03\x04", "It is an archive inside. Unpack it, and add its folders."),
    ],
)
def test_what_is_no_readable_picture_is_named(content: bytes, reason: str) -> None:
    with pytest.raises(ImageError) as caught:
        make_safe(content)
    assert str(caught.value) == reason
