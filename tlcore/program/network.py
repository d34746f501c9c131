"""The part that gets the pretrained network: from keras.applications where it has the very same one."""

import json
import zipfile
from pathlib import Path
from typing import NamedTuple

from tlcore.backbones import Backbone, OwnBackbone
from tlcore.plans import Plan
from tlcore.program.layout import Code, call, literal, statement
from tlcore.program.modes import Modes
from tlcore.program.section import Section

# Keras has several files of weights for these and chooses one by the size of the pictures; Thaw has one.
_BY_SIZE = ("mobilenet", "mobilenet_v2")

_INSTALL = "For tlcore: pip install thaw-studio."

_NO_DROPPING = """\
for layer in base.layers:
    # Thaw drops nothing in the network itself, only in the head.
    if isinstance(layer, keras.layers.Dropout):
        layer.rate = 0.0"""


class _Made(NamedTuple):
    text: str
    """What to say of it."""
    base: Code
    """The expression that makes the network."""
    imports: tuple[str, ...] = ()
    before: str = ""
    """A statement that comes first."""
    after: str = ""
    """A statement that follows."""
    is_cut: bool = False
    """Whether the layers after ``cut_at`` are left out already."""


def section(plan: Plan, modes: Modes) -> Section:
    weights, cut_at = plan.recipe.backbone.weights, plan.recipe.backbone.cut_at
    entry = plan.backbone
    made = _own(plan, entry) if isinstance(entry, OwnBackbone) else _of_registry(plan, entry)
    lines = [f"keras.utils.set_random_seed({plan.recipe.seed})", made.before]
    lines += [statement("base = ", made.base), made.after]
    if weights not in ("imagenet", "none"):
        lines.append(f"base.load_weights({literal(weights)})")
    if cut_at and not made.is_cut:
        lines.append(statement("base = ", _up_to("base.input", "base", cut_at)))
    if modes.stops_dropping:
        lines.append(_NO_DROPPING)
    start = "Its weights are random at first." if weights == "none" else ""
    text = f"{made.text} {start}".strip()
    return Section("The pretrained network", text, "\n".join(filter(None, lines)), made.imports)


def _up_to(start: str, network: str, layer: str) -> Code:
    return call("keras.Model", start, f"{network}.get_layer({literal(layer)}).output")


def _of_registry(plan: Plan, entry: Backbone) -> _Made:
    weights = plan.recipe.backbone.weights
    if text := _why_from_thaw(entry, weights):
        base = call(
            f"backbones.get({literal(entry.name)}).build",
            literal("imagenet" if weights == "imagenet" else "none"),
            "SIZE",
            'Path("weights")',
        )
        return _Made(f"{text} {_INSTALL}", base, ("from tlcore import backbones",))
    if weights != "imagenet":
        return _Made("", _application(entry, "None", "SIZE"))
    if entry.name in _BY_SIZE and plan.image_size_px != entry.image_size_px:
        trained_at = str(entry.image_size_px)
        text = f"The weights are those for {trained_at} px; for some sizes Keras would take others."
        pretrained = statement("pretrained = ", _application(entry, '"imagenet"', trained_at))
        after = "base.set_weights(pretrained.get_weights())"
        return _Made(text, _application(entry, "None", "SIZE"), after=f"{pretrained}\n{after}")
    return _Made("", _application(entry, '"imagenet"', "SIZE"))


def _why_from_thaw(entry: Backbone, weights: str) -> str:
    """Why keras.applications cannot make this network; empty where it can."""
    if entry.function.startswith("tlcore.backbones.efficientnet_lite."):
        return f"{entry.title} is not in keras.applications, so it comes from Thaw."
    if weights != "imagenet" and entry.function.startswith("tlcore.backbones.efficientnet.efficientnet_b"):
        return f"keras.applications leaves a layer of {entry.title} out unless it downloads the weights."
    return ""


def _application(entry: Backbone, weights: str, size: str) -> Code:
    return call(
        f"keras.applications.{entry.title}",
        include_top="False",
        weights=weights,
        input_shape=f"({size}, {size}, 3)",
    )


def _own(plan: Plan, entry: OwnBackbone) -> _Made:
    text = "backbone.keras is the model that you brought; its classifier is left out."
    if plan.recipe.backbone.weights == "imagenet" and _is_flat(plan, entry.folder / "model.keras"):
        # A Sequential from a file has no ``input``.
        base = _up_to("brought.inputs[0]", "brought", plan.layers[-1].name)
        return _Made(text, base, before='brought = keras.models.load_model("backbone.keras")', is_cut=True)
    pretrained = str(plan.recipe.backbone.weights == "imagenet")
    build = call("own_network.build", 'Path("backbone.keras")', "SIZE", name='"own"', pretrained=pretrained)
    network = statement("taken_apart = ", build)
    return _Made(
        f"{text} {_INSTALL}",
        "taken_apart.network",
        ("from tlcore.backbones import own_network",),
        before=network,
    )


def _is_flat(plan: Plan, file: Path) -> bool:
    """Whether a brought model has all the layers itself; those of models inside it have no name in it."""
    try:
        with zipfile.ZipFile(file) as archive:
            layers = json.loads(archive.read("config.json"))["config"]["layers"]
        return {layer.name for layer in plan.layers} <= {layer["config"]["name"] for layer in layers}
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile):
        return False
