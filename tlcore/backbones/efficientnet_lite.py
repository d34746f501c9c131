"""EfficientNet-Lite 0 to 2 in Keras, and their ImageNet weights from torch checkpoints.

Tan & Le 2019 (arXiv:1905.11946); the Lite variants: github.com/tensorflow/tpu, efficientnet/lite. No
squeeze-excite, ReLU6 for swish, stem and head not scaled. Layers are named as in keras.applications.
"""

import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tlcore.backbones import torch_checkpoint
from tlcore.errors import WeightsUnavailable
from tlcore.words import tr

if TYPE_CHECKING:
    import keras

_STEM_WIDTH = 32
_HEAD_WIDTH = 1280
_CLASSES = 1000


class _Stage(NamedTuple):
    repeats: int
    kernel: int
    strides: int
    expand: int
    width: int


_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)


def _efficientnet_lite(
    width: float,
    depth: float,
    *,
    include_top: bool = True,
    weights: None = None,
    input_shape: tuple[int, int, int],
    name: str,
) -> "keras.Model":
    """The network, weights random; the same arguments as the functions of keras.applications."""
    from keras import Input, Model, layers

    inputs = Input(input_shape)
    x = _conv(inputs, _STEM_WIDTH, 3, 2, "stem")
    x = _activation(x, "stem")
    for number, stage in enumerate(_scaled(width, depth), start=1):
        for repeat in range(stage.repeats):
            x = _block(x, stage, stage.strides if repeat == 0 else 1, f"block{number}{chr(97 + repeat)}")
    x = _conv(x, _HEAD_WIDTH, 1, 1, "top")
    x = _activation(x, "top")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(_CLASSES, activation="softmax", name="predictions")(x)
    return Model(inputs, x, name=name)


efficientnet_lite0 = partial(_efficientnet_lite, 1.0, 1.0)
efficientnet_lite1 = partial(_efficientnet_lite, 1.0, 1.1)
efficientnet_lite2 = partial(_efficientnet_lite, 1.1, 1.2)


def load_checkpoint(network: "keras.Model", path: Path, sha256: str) -> None:
    """Copy the checkpoint's weights into the network, in place. Raises WeightsUnavailable."""
    tensors = torch_checkpoint.read(path, sha256)
    blocks = list(
        dict.fromkeys(_block_of(layer.name) for layer in network.layers if layer.name[:5] == "block")
    )
    for layer in network.layers:
        if layer.weights:
            layer.set_weights(_weights_of(_torch_name(layer.name, blocks), layer, tensors))


def _scaled(width: float, depth: float) -> list[_Stage]:
    """Wider and deeper, except that the first and the last stage keep their number of blocks."""
    ends = (_STAGES[0], _STAGES[-1])
    return [
        stage._replace(
            repeats=stage.repeats if stage in ends else math.ceil(depth * stage.repeats),
            width=_rounded(width * stage.width),
        )
        for stage in _STAGES
    ]


def _rounded(width: float) -> int:
    """To a multiple of eight, and down by no more than a tenth."""
    rounded = max(8, int(width + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * width else rounded


def _block(x: Any, stage: _Stage, strides: int, name: str) -> Any:
    """Inverted bottleneck: widen, filter each channel alone, narrow; add the input where shapes allow."""
    from keras import layers

    inputs, width_in = x, x.shape[-1]
    if stage.expand > 1:
        x = _activation(_conv(x, width_in * stage.expand, 1, 1, f"{name}_expand"), f"{name}_expand")
    x = layers.DepthwiseConv2D(stage.kernel, strides, padding="same", use_bias=False, name=f"{name}_dwconv")(
        x
    )
    x = _activation(_normalize(x, name), name)
    x = _conv(x, stage.width, 1, 1, f"{name}_project")
    if strides == 1 and width_in == stage.width:
        x = layers.Add(name=f"{name}_add")([x, inputs])
    return x


def _conv(x: Any, width: int, kernel: int, strides: int, name: str) -> Any:
    from keras import layers

    conv = layers.Conv2D(width, kernel, strides, padding="same", use_bias=False, name=f"{name}_conv")
    return _normalize(conv(x), name)


def _normalize(x: Any, name: str) -> Any:
    from keras import layers

    return layers.BatchNormalization(epsilon=1e-3, name=f"{name}_bn")(x)


def _activation(x: Any, name: str) -> Any:
    from keras import layers

    return layers.ReLU(6.0, name=f"{name}_activation")(x)


def _weights_of(name: str, layer: Any, tensors: dict[str, Any]) -> list[Any]:
    """A layer's weights in Keras' order and layout. Torch keeps kernels as (out, in, height, width)."""
    kind = type(layer).__name__
    try:
        if kind == "BatchNormalization":
            return [tensors[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")]
        if kind == "Dense":
            return [tensors[f"{name}.weight"].T, tensors[f"{name}.bias"]]
        kernel = tensors[f"{name}.weight"]
    except KeyError as error:
        raise WeightsUnavailable(
            tr("The checkpoint has no weights for {name}. Get it again.", name=layer.name)
        ) from error
    # A depthwise kernel has (channels, 1, height, width) there, (height, width, channels, 1) here.
    return [kernel.transpose((2, 3, 0, 1) if kind == "DepthwiseConv2D" else (2, 3, 1, 0))]


def _torch_name(name: str, blocks: list[str]) -> str:
    """``block2a_expand_bn`` -> ``_blocks.1._bn0``; ``blocks`` are the names of all, in order."""
    outside = {
        "stem_conv": "_conv_stem", "stem_bn": "_bn0", "top_conv": "_conv_head", "top_bn": "_bn1",
        "predictions": "_fc",
    }  # fmt: skip
    inside = {
        "expand_conv": "_expand_conv", "expand_bn": "_bn0", "dwconv": "_depthwise_conv", "bn": "_bn1",
        "project_conv": "_project_conv", "project_bn": "_bn2",
    }  # fmt: skip
    if name in outside:
        return outside[name]
    block = _block_of(name)
    return f"_blocks.{blocks.index(block)}.{inside[name.removeprefix(f'{block}_')]}"


def _block_of(name: str) -> str:
    return name.partition("_")[0]
