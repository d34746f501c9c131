"""EfficientNets of keras.applications, built without weights as Keras builds them for its ImageNet weights.

The graph depends on arguments there that should not matter: the first generation lacks a layer unless
``weights="imagenet"``, which downloads; the second one scales its pixels according to its own name.
"""

import math
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

_STD_RGB = (0.229, 0.224, 0.225)


def _first_generation(
    keras_name: str, *, include_top: bool, weights: None, input_shape: tuple[int, int, int], name: str
) -> "keras.Model":
    """With the second Rescaling: these networks were trained on pixels divided by variance, then by √std."""
    import keras

    make = getattr(keras.applications, keras_name)
    network = make(include_top=include_top, weights=weights, input_shape=input_shape, name=name)
    rescaling = keras.layers.Rescaling([1 / math.sqrt(std) for std in _STD_RGB])

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        output = layer(*args, **kwargs)
        return rescaling(output) if isinstance(layer, keras.layers.Normalization) else output

    # The layers themselves are taken over, so nothing is built twice.
    return keras.models.clone_model(
        network, input_tensors=network.input, clone_function=lambda layer: layer, call_function=call
    )


def _second_generation(
    keras_name: str, *, include_top: bool, weights: None, input_shape: tuple[int, int, int], name: str
) -> "keras.Model":
    """With Keras' own name while it is built: B0 to B3 are known by it, and normalize their pixels."""
    import keras

    network = getattr(keras.applications, keras_name)(
        include_top=include_top, weights=weights, input_shape=input_shape
    )
    return keras.Model(network.input, network.output, name=name)


efficientnet_b0 = partial(_first_generation, "EfficientNetB0")
efficientnet_b1 = partial(_first_generation, "EfficientNetB1")
efficientnet_b2 = partial(_first_generation, "EfficientNetB2")
efficientnet_b3 = partial(_first_generation, "EfficientNetB3")
efficientnet_b4 = partial(_first_generation, "EfficientNetB4")
efficientnet_b5 = partial(_first_generation, "EfficientNetB5")
efficientnet_b6 = partial(_first_generation, "EfficientNetB6")
efficientnet_b7 = partial(_first_generation, "EfficientNetB7")

efficientnet_v2_b0 = partial(_second_generation, "EfficientNetV2B0")
efficientnet_v2_b1 = partial(_second_generation, "EfficientNetV2B1")
efficientnet_v2_b2 = partial(_second_generation, "EfficientNetV2B2")
efficientnet_v2_b3 = partial(_second_generation, "EfficientNetV2B3")
efficientnet_v2_s = partial(_second_generation, "EfficientNetV2S")
efficientnet_v2_m = partial(_second_generation, "EfficientNetV2M")
efficientnet_v2_l = partial(_second_generation, "EfficientNetV2L")
