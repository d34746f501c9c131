"""From pixels to what a network was trained on, as layers that travel inside the saved model.

Only stock layers without weights are used, so a .keras file opens anywhere, in safe mode.
"""

from typing import Any, Literal, get_args

Preprocessing = Literal["tf", "torch", "caffe", "lite", "unit", "none"]
KINDS: tuple[Preprocessing, ...] = get_args(Preprocessing)

_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)
_CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)


def preprocess(x: Any, kind: Preprocessing) -> Any:
    """Apply one preprocessing to a tensor of RGB pixels, float 0 to 255, channels last."""
    import keras

    if kind == "none":
        return x
    if kind == "caffe":
        x = keras.ops.flip(x, axis=-1)
    scale, offset = _scale_and_offset(kind)
    return keras.layers.Rescaling(scale, offset, name="preprocess")(x)


def _scale_and_offset(kind: Preprocessing) -> tuple[float | list[float], float | list[float]]:
    if kind == "tf":
        return 1 / 127.5, -1.0
    if kind == "unit":
        return 1 / 255, 0.0
    if kind == "lite":
        return 1 / 128, -127 / 128
    if kind == "caffe":
        return 1.0, [-mean for mean in _CAFFE_MEAN_BGR]
    return (
        [1 / (255 * std) for std in _IMAGENET_STD],
        [-mean / std for mean, std in zip(_IMAGENET_MEAN, _IMAGENET_STD, strict=True)],
    )
