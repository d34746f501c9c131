"""Pictures of two halves, of which only one carries the class; and Grad-CAM as people write it, by Keras."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

CLASSES = ("discs", "stripes")
SIZE_PX = 64
EACH = 24


def picture(label: str, number: int) -> Image.Image:
    """Even numbers carry it on the left, odd ones on the right; the other half is grey noise."""
    random = np.random.default_rng(number + 1000 * CLASSES.index(label))
    whole = Image.fromarray(random.integers(90, 166, (SIZE_PX, SIZE_PX), dtype=np.uint8)).convert("RGB")
    whole.paste(_pattern(label, random), (0 if number % 2 == 0 else SIZE_PX // 2, 0))
    return whole


def _pattern(label: str, random: np.random.Generator) -> Image.Image:
    half = Image.new("RGB", (SIZE_PX // 2, SIZE_PX), "white")
    draw = ImageDraw.Draw(half)
    shift = int(random.integers(0, 12))
    for y in range(shift - 12, SIZE_PX, 12):
        if label == "stripes":
            draw.line((0, y, SIZE_PX // 2, y + 8), fill=(30, 60, 190), width=5)
        else:
            for x in range(shift - 12, SIZE_PX // 2, 12):
                draw.ellipse((x, y, x + 8, y + 8), fill=(200, 40, 30))
    return half


def folder(place: Path) -> Path:
    for label in CLASSES:
        (place / label).mkdir(parents=True)
        for number in range(EACH):
            picture(label, number).save(place / label / f"{number}.png")
    return place


def plain_grad_cam(model: Any, pixels: np.ndarray) -> np.ndarray:
    """Of a run's Keras model, (units, n, height, width): the scores before softmax or sigmoid.

    As in https://keras.io/examples/vision/grad_cam, on what the pooling takes.
    """
    import keras
    import tensorflow as tf

    pooling = model.get_layer("pooling")
    front = keras.Model(model.input, pooling.input)
    *hidden, last = model.layers[model.layers.index(pooling) :]
    with tf.GradientTape(persistent=True) as tape:
        feature_map = front(pixels.astype(np.float32), training=False)
        tape.watch(feature_map)
        x = feature_map
        for layer in hidden:
            x = layer(x, training=False)
        scores = [(x @ last.kernel + last.bias)[:, unit] for unit in range(last.units)]
    maps = []
    for score in scores:
        weights = tf.reduce_mean(tape.gradient(score, feature_map), axis=(1, 2), keepdims=True)
        maps.append(tf.nn.relu(tf.reduce_sum(feature_map * weights, axis=-1)).numpy())
    return np.stack(maps)
