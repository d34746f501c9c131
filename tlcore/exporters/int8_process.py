"""The process that quantizes: ``python -m tlcore.exporters.int8_process MODEL PIXELS TARGET``."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tlcore import own_process, runtimes
from tlcore.backbones import own_network
from tlcore.runtimes import Pixels


def _whole_numbers(pixels: Pixels, converter: Any) -> None:
    """``pixels``: (n, size, size, 3), that tell how large the numbers in each layer become."""
    import tensorflow as tf

    def pictures() -> Iterator[list[Pixels]]:
        for one in pixels:
            yield [one[None].astype(np.float32)]

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = pictures
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]


def main(model: str, pixels: str, target: str) -> int:
    own_process.begin()
    shown = np.load(pixels, allow_pickle=False)
    content = runtimes.to_litert(own_network.load(Path(model)), partial(_whole_numbers, shown))
    Path(target).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
