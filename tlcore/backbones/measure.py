"""``python -m tlcore.backbones.measure [NAME...]``: build networks and keep what their layers are as data."""

import gc
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tlcore import backbones
from tlcore.backbones import layer_info
from tlcore.backbones.layer_info import LayerInfo, Window
from tlcore.layer_measure import layers_of, windows_of


def measure(backbone: backbones.Backbone) -> tuple[tuple[LayerInfo, Window | None], ...]:
    """What the kept file of a backbone should say."""
    smallest = max(64, -(-backbone.min_image_size_px // 32) * 32)
    networks = []
    # Even all the way down, odd all the way down, and in between.
    for size_px in (smallest, smallest + 1, smallest + 11, smallest + 22, smallest + 37):
        with no_weights():
            networks.append(backbone.build("none", size_px, Path()))
        try:
            windows = windows_of(networks)
        except ValueError:
            continue
        return tuple(zip(layers_of(networks[0]), windows, strict=True))
    windows_of(networks)  # It raises: no size was like the ones needed.
    raise AssertionError


@contextmanager
def quick_weights() -> Iterator[None]:
    """Networks built inside get random weights in no time: numbers of one short list, again and again."""
    import numpy as np
    from keras.layers import Layer

    numbers = np.random.default_rng(0).standard_normal(65521, np.float32)
    original = Layer.add_weight

    def add_weight(layer: Any, shape: Any = None, initializer: Any = None, *args: Any, **kwargs: Any) -> Any:
        if shape is not None and len(shape) > 1:
            # The kernel of a depthwise convolution has its channels before its last axis, and a fan of one.
            fan = math.prod(shape[:-2] if shape[-1] == 1 else shape[:-1])

            def initializer(shape: Any, dtype: Any = None) -> Any:
                return np.resize(numbers / np.float32(math.sqrt(fan)), shape)

        return original(layer, shape, initializer, *args, **kwargs)

    Layer.add_weight = add_weight
    try:
        yield
    finally:
        Layer.add_weight = original


@contextmanager
def no_weights() -> Iterator[None]:
    """Weights of networks built inside have shapes and no values: they are to be counted, not run."""
    import keras
    from keras.src.backend.common import global_state

    key = "uninitialized_variables"
    before = [*(global_state.get_global_attribute(key) or [])]
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        # Or Keras would give them values at the end of the next scope that it opens.
        global_state.set_global_attribute(key, before)


def main(names: list[str]) -> None:
    import keras

    entries = {entry.name: entry for entry in backbones.all_backbones()}
    for name in names or entries:
        rows = measure(entries[name])
        layer_info.path(name).write_bytes(layer_info.to_bytes(rows))
        count = sum(layer.is_cut for layer, _ in rows)
        sys.stdout.write(f"{name}: {len(rows)} layers, {count} cut points\n")
        keras.utils.clear_session()
        gc.collect()


if __name__ == "__main__":
    main(sys.argv[1:])
