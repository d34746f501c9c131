"""What is known of a network's layers without building it: rows of a small file, one form for all.

The files of the registry lie beside this module, that of a brought model lies in its folder.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

_FOLDER = Path(__file__).parent / "layers"

# A Sequential is a block of ConvNeXt: a convolution and a small normalization.
_MULTIPLYING = {
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "DepthwiseConv2D",
    "SeparableConv2D",
    "Dense",
    "Sequential",
}


@dataclass(frozen=True)
class LayerInfo:
    """One layer, in the order of ``model.layers`` (the InputLayer is the first)."""

    name: str
    type: str
    output_shape: tuple[int, ...]  # without the batch
    params: int
    trainable_params: int  # when the layer is trained: moving averages of BatchNormalization are not counted
    is_cut: bool  # its output alone crosses from the layers before it to those after it

    @property
    def flop(self) -> int:
        """Multiplications and additions for one image: each weight is used once at each output position."""
        return 2 * self.params * math.prod(self.output_shape[:-1]) if self.type in _MULTIPLYING else 0


class Window(NamedTuple):
    """How a layer's output side follows from that of an earlier layer, for images of any size."""

    back: int = 1  # how many layers before this one
    pad: int = 0  # negative where a border is cropped
    odd_pad: int = 0  # so many more when the side is odd, as keras.applications' correct_pad does
    kernel: int = 1
    stride: int = 1

    def side(self, side: int) -> int:
        return (side + self.pad + self.odd_pad * (side % 2) - self.kernel) // self.stride + 1


@cache
def read(name: str, image_size_px: int) -> tuple[LayerInfo, ...]:
    """The layers of one backbone, from the file that ``python -m tlcore.backbones.measure`` wrote."""
    return _at_size(_rows(name), image_size_px)


def params(name: str) -> int:
    """The parameters of one backbone, which are the same at any image size."""
    return sum(row[3] for row in _rows(name))


def read_file(path: Path, image_size_px: int) -> tuple[LayerInfo, ...]:
    """The layers from a file of the workspace, which may be deleted and come back. Raises OSError."""
    return _read_file(path, image_size_px, path.stat().st_mtime_ns)


def to_bytes(layers: Iterable[tuple[LayerInfo, Window | None]]) -> bytes:
    """A file's content, one line a layer.

    With a window the shape is the channels alone, and the window's last defaults go.
    """
    lines = []
    for layer, window in layers:
        label, kind, shape, *numbers, is_cut = astuple(layer)
        kept = None if window is None else _shortened(window)
        row = [label, kind, shape if window is None else shape[-1], *numbers, int(is_cut), kept]
        lines.append(json.dumps(row, separators=(",", ":")))
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def path(name: str) -> Path:
    return _FOLDER / f"{name}.json"


@cache
def _rows(name: str) -> list[list[Any]]:
    rows: list[list[Any]] = json.loads(path(name).read_bytes())
    return rows


# Every page asks at every click.
@lru_cache(maxsize=64)
def _read_file(path: Path, image_size_px: int, mtime_ns: int) -> tuple[LayerInfo, ...]:
    return _at_size(json.loads(path.read_bytes()), image_size_px)


def _at_size(rows: list[list[Any]], image_size_px: int) -> tuple[LayerInfo, ...]:
    layers: list[LayerInfo] = []
    for label, kind, shape, params, trainable_params, is_cut, window in rows:
        if window is None:
            sides = shape
        else:
            rule = Window(*window)
            side = rule.side(layers[-rule.back].output_shape[0]) if layers else image_size_px
            sides = (side, side, shape)
        layers.append(LayerInfo(label, kind, tuple(sides), params, trainable_params, bool(is_cut)))
    return tuple(layers)


def _shortened(window: Window) -> list[int]:
    values, defaults = list(window), list(Window())
    while values and values[-1] == defaults[len(values) - 1]:
        values.pop()
    return values
