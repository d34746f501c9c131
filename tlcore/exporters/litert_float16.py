"""LiteRT with weights of 16 bits: half the size, computed in float32 where the processor has no float16."""

from pathlib import Path
from typing import Any

from tlcore import runtimes
from tlcore.exporters.exporter import Exporter, Source, Tolerance
from tlcore.exporters.litert import FILE, PROGRAM
from tlcore.words import mark


def _half(converter: Any) -> None:
    import tensorflow as tf

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]


def _make(source: Source, folder: Path) -> None:
    (folder / FILE).write_bytes(runtimes.to_litert(source.model, _half))


LITERT_FLOAT16 = Exporter(
    "LiteRT, float16",
    mark("Half the size of LiteRT: each weight is kept with 16 bits. What it says changes by little."),
    _make,
    PROGRAM,
    # Each weight is rounded by up to 0.05%. Through the 141 layers of EfficientNet-Lite0 that moves
    # probabilities of the sample by up to 0.007, and of pictures of pure noise by 0.03.
    Tolerance(difference=0.03, agreement=0.95),
)
