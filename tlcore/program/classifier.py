"""The parts that make the model around the network: the changes of the pictures, the head, the whole."""

import math
from collections.abc import Iterator

from tlcore import heads
from tlcore.backbones import OwnBackbone
from tlcore.config import Augmentation, BatchNormalizationLayer, DenseLayer, DropoutLayer
from tlcore.plans import Plan
from tlcore.program.layout import Code, call, listed, literal, statement
from tlcore.program.modes import HOLDER, Modes
from tlcore.program.section import Section


def sections(plan: Plan, modes: Modes) -> Iterator[Section]:
    yield _head(plan)
    if augments(plan):
        yield _augmentation(plan.recipe.augmentation)
    yield _model(plan, modes)


def augments(plan: Plan) -> bool:
    """Whether any epoch sees another picture than the one that is there."""
    return plan.recipe.augmentation.fresh or plan.recipe.augmentation.distinct_views > 1


def _head(plan: Plan) -> Section:
    recipe = plan.recipe
    layers: list[Code] = []
    if len(plan.output_shape) > 1:
        layers.append(call(f"keras.layers.{heads.POOLING_LAYERS[recipe.head.pooling]}"))
    for position, layer in enumerate(recipe.head.layers):
        seed = heads.layer_seed(recipe.seed, position)
        match layer:
            case DenseLayer():
                layers.append(_dense(layer.dense, layer.activation, seed, layer.l2))
            case DropoutLayer():
                layers.append(call("keras.layers.Dropout", repr(layer.dropout), seed=str(seed)))
            case BatchNormalizationLayer():
                layers.append(call("keras.layers.BatchNormalization"))
    seed = heads.layer_seed(recipe.seed, len(recipe.head.layers))
    layers.append(_dense(plan.output.units, plan.output.activation, seed))
    text = "The seeds are those of Thaw, so that it starts from the same weights."
    return Section("The head", text, statement("head = ", call("keras.Sequential", listed(layers))))


def _dense(units: int, activation: str, seed: int, l2: float = 0.0) -> Code:
    return call(
        "keras.layers.Dense",
        str(units),
        activation=literal(activation),
        kernel_initializer=call("keras.initializers.GlorotUniform", seed=str(seed)),
        kernel_regularizer=call("keras.regularizers.L2", repr(l2)) if l2 else None,
    )


def _augmentation(choice: Augmentation) -> Section:
    text = "Only in training. Thaw draws the changes in a way of its own, so single figures differ. "
    if choice.fresh:
        text += "As here, each epoch sees new ones."
    else:
        text += (
            f"There each picture has {choice.views} fixed variants, the first of them unchanged, which take "
            "turns by epoch; here each epoch sees new ones."
        )
    if choice.crop:
        text += " Keras cannot crop by a random share, so it zooms in by as much."
    if choice.brightness:
        text += " Keras adds to the brightness where Thaw multiplies: by half, it is the same for mid-grey."
    code = statement("augment = ", call("keras.Sequential", listed(_changes(choice))))
    return Section("Changed pictures", text, code)


def _changes(choice: Augmentation) -> Iterator[Code]:
    # One layer for each direction: Keras' horizontal_and_vertical flips both ways or not at all.
    for way in ("horizontal", "vertical"):
        if choice.flip in (way, "both"):
            yield call("keras.layers.RandomFlip", literal(way))
    if choice.crop:
        nearest = round(1 - math.sqrt(1 - choice.crop), 4)
        yield call("keras.layers.RandomZoom", f"(-{nearest!r}, 0.0)")
    if choice.zoom:
        yield call("keras.layers.RandomZoom", repr(choice.zoom))
    if choice.rotation:
        yield call("keras.layers.RandomRotation", f"{choice.rotation!r} / 360")
    if choice.shift:
        yield call("keras.layers.RandomTranslation", repr(choice.shift), repr(choice.shift))
    if choice.brightness:
        yield call("keras.layers.RandomBrightness", f"{choice.brightness!r} / 2")
    if choice.contrast:
        yield call("keras.layers.RandomContrast", repr(choice.contrast))
    if choice.colour:
        # Keras multiplies the saturation by factor / (1 - factor).
        ends = [round(share / (1 + share), 4) for share in (1 - choice.colour, 1 + choice.colour)]
        yield call("keras.layers.RandomSaturation", f"({ends[0]!r}, {ends[1]!r})")


def _preprocessing(plan: Plan) -> Iterator[str]:
    """Expressions of ``{x}``, in their order."""
    entry = plan.backbone
    own = entry if isinstance(entry, OwnBackbone) else None
    if own and own.channels == 1:
        yield "keras.ops.image.rgb_to_grayscale({x})"
    match entry.preprocessing:
        case "none":
            pass
        case "unit":
            yield "keras.layers.Rescaling(1 / 255)({x})"
        case "lite":
            yield "keras.layers.Rescaling(1 / 128, -127 / 128)({x})"
        case mode:
            yield f'keras.applications.imagenet_utils.preprocess_input({{x}}, mode="{mode}")'
    if own and own.input_kind == "vector":
        yield "keras.layers.Flatten()({x})"


def _model(plan: Plan, modes: Modes) -> Section:
    lines = ["inputs = keras.Input((SIZE, SIZE, 3))"]
    if augments(plan):
        lines.append("x = augment(inputs)")
    for step in _preprocessing(plan):
        lines.append(f"x = {step.format(x='x' if len(lines) > 1 else 'inputs')}")
    x = "x" if len(lines) > 1 else "inputs"
    if not modes.wraps:
        lines.append(f"model = keras.Model(inputs, head(base({x})))")
        return Section("The model", "Pixels from 0 to 255 in, probabilities out.", "\n".join(lines))
    lines.append(f"return keras.Model(inputs, head(network({x})))")
    body = "".join(f"\n    {line}" for line in lines)
    made = f"{HOLDER}\n\n\ndef classifier(network):{body}"
    if modes.same_in_all:
        made += "\n\n\nmodel = classifier(InferenceMode(base))"
    text = (
        "Pixels from 0 to 255 in, probabilities out. fit() runs a model in training mode, all of it, even "
        "where it was made with base(x, training=False). A layer around the network prevents that."
    )
    return Section("The model", text, made)
