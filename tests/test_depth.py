import io
import struct

import numpy as np
import pytest
from PIL import Image

from tests import pictures
from tlcore.images import make_safe


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bit_ramp_is_rescaled_and_said(format: str) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    safe = make_safe(pictures.encoded(Image.fromarray(ramp), format))
    assert safe.notes == ("16-bit rescaled to 8",)
    assert pixels(safe.content)[..., 0].ravel().tolist() == list(range(256))


def test_sixteen_bit_colour_is_said() -> None:
    row = b"\0" + struct.pack(">6H", 0, 0x7FFF, 0xFFFF, 0x1234, 0x8000, 0xFF00)
    safe = make_safe(pictures.raw_png(2, 1, 16, 2, row))
    assert safe.notes == ("16-bit rescaled to 8",)
    assert pixels(safe.content).tolist() == [[[0, 127, 255], [18, 128, 255]]]


@pytest.mark.parametrize(
    ("values", "expected", "note"),
    [
        (np.array([[0, 2048, 4095]], np.uint16), [0, 128, 255], "16-bit rescaled to 8"),
        (np.array([[0, 32768, 65535]], np.int32), [0, 128, 255], "16-bit rescaled to 8"),
        (np.array([[0, 0.5, np.nan, 1]], np.float32), [0, 128, 0, 255], "fractions rescaled to 8 bits"),
        (np.array([[-10, 0, 10]], np.float32), [0, 128, 255], "values stretched to 8 bits"),
    ],
)
def test_deep_grey_values(values: np.ndarray, expected: list[int], note: str) -> None:
    safe = make_safe(pictures.encoded(Image.fromarray(values), "TIFF"))
    assert pixels(safe.content)[0, :, 0].tolist() == expected
    assert safe.notes == (note,)
