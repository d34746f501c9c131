"""What is known of a network's layers without building it: rows of a small file beside this module."""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent / "layers"


@dataclass(frozen=True)
class LayerInfo:
    """One layer, in the order of ``model.layers`` (the InputLayer is the first)."""

    name: str
    type: str
    output_shape: tuple[int, ...]  # without the batch
    params: int
    trainable_params: int  # when the layer is trained: moving averages of BatchNormalization are not counted
    is_cut: bool  # its output alone crosses from the layers before it to those after it


class Window(NamedTuple):
    """How a layer's output side follows from that of layer ``source``, for images of any size."""

    source: int
    pad: int = 0
    odd_pad: int = 0  # one more when the side is odd, as keras.applications' correct_pad does
    kernel: int = 1
    stride: int = 1

    def side(self, side: int) -> int:
        return (side + self.pad + self.odd_pad * (side % 2) - self.kernel) // self.stride + 1


@cache
def read(name: str, image_size_px: int) -> tuple[LayerInfo, ...]:
    """The layers of one backbone, from the file that ``python -m tlcore.backbones.measure`` wrote."""
    layers: list[LayerInfo] = []
    for *row, window in json.loads(path(name).read_bytes()):
        layer = LayerInfo(row[0], row[1], tuple(row[2]), *row[3:])
        if window is not None:
            side = Window(*window).side(layers[window[0]].output_shape[0] if layers else image_size_px)
            layer = replace(layer, output_shape=(side, side, *layer.output_shape[2:]))
        layers.append(layer)
    return tuple(layers)


def write(name: str, layers: Iterable[tuple[LayerInfo, Window | None]]) -> None:
    rows = [json.dumps([*astuple(layer), window], separators=(",", ":")) for layer, window in layers]
    path(name).parent.mkdir(exist_ok=True)
    path(name).write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")


def path(name: str) -> Path:
    return _FOLDER / f"{name}.json"
