"""The configuration of a model, read as data: depth and size bounded, every name on our lists.

Keras' own safe mode resolves several functions and builds some layers that load other files, so it comes
second, in a worker, and gets only what has passed here.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from tlcore.archives import clean_text
from tlcore.errors import ModelFileError
from tlcore.keras_files import admitted
from tlcore.words import mark, number, tr

MAX_DEPTH = 64
MAX_LAYERS = 5_000
MAX_SIZE = 1_000_000
"""Of any whole number in a layer: units, filters, the sides of a kernel."""

_TOKEN = re.compile(r'"(?:[^"\\]+|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_WAY_OUT = mark("Replace it by stock Keras layers for images and save the model again.")
_UNKNOWN = mark("Layer '{layer}' of {label} ({kind}) is described in an unknown way. {way_out}")
_NO_SETTINGS = mark("Layer '{layer}' of {label} ({kind}) has no settings. {way_out}")
_FINAL = mark("Layer '{layer}' of {label} ({kind}) cannot be trained further. {way_out}")
_NOT_KERAS = mark("Layer '{layer}' of {label} ({kind}) is not one of Keras' own. {way_out}")
_CODE = mark(
    "Layer '{layer}' of {label} ({kind}) holds Python code, which is never run from a file. {way_out}"
)
_CODE_OUTSIDE = mark(
    "Layer '{layer}' of {label} ({kind}) is code outside of the file, which is never run. {way_out}"
)
_LOADS = mark("Layer '{layer}' of {label} ({kind}) loads code or another file. {way_out}")
_CUSTOM = mark("Layer '{layer}' of {label} ({kind}) needs code that is not in the file. {way_out}")
_NOT_READ = mark(
    "Layer '{layer}' of {label} ({kind}) is not one of the layers for images that Thaw reads. {way_out}"
)
_NOT_KEPT = ("build_config", "compile_config")
_SCALING = ("Rescaling", "Normalization")
_SCALED_WITHIN = 5  # layers at the front: an input, a flip of the channels, an augmentation or two


@dataclass(frozen=True)
class Facts:
    """What a configuration tells."""

    layers: int
    """Calls of layers, those in nested models counted as often as they run."""
    scales_pixels: bool
    """Whether it begins by scaling pixels itself."""
    is_thaw: bool
    """Whether its input is named as in the models that Thaw saves."""


def parse(text: str, label: str) -> dict[str, Any]:
    """The configuration without what is not needed. Raises ModelFileError."""
    check_depth(text, label)
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(
            tr("The config.json in {label} is damaged. Save the model again.", label=label)
        ) from error
    if not isinstance(config, dict):
        raise ModelFileError(
            tr("The config.json in {label} describes no model. Save the model again.", label=label)
        )
    kept: dict[str, Any] = _without(config)
    return kept


def check_depth(text: str, label: str) -> None:
    """Raises ModelFileError for JSON that is nested too deep, before a parser follows it down."""
    depth = 0
    for match in _TOKEN.finditer(text):
        first = match.group()[0]
        if first in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ModelFileError(
                    tr(
                        "The config.json in {label} is nested more than {limit} deep, deeper than any "
                        "model of ours. Flatten the models within the model and save it again.",
                        label=label,
                        limit=MAX_DEPTH,
                    )
                )
        elif first in "]}":
            depth -= 1


def check(config: dict[str, Any], label: str) -> Facts:
    """Raises ModelFileError, naming the layer that is not admitted and the way out."""
    if _kind(config) not in admitted.MODELS:
        kind = clean_text(str(config.get("class_name")))[:60]
        raise ModelFileError(
            tr(
                "{label} holds a model of the class {kind!r}; only Sequential and Functional models are "
                "read, whose layers are listed in the file. Rebuild it as one of these and save it again.",
                label=label,
                kind=kind,
            )
        )
    _object(config, tr("the model"), label)
    front: list[tuple[str, str]] = []
    count = _count(config, label, front)
    return Facts(
        count,
        any(kind in _SCALING for kind, _ in front[:_SCALED_WITHIN]),
        bool(front) and front[0] == ("InputLayer", "rgb_0_255"),
    )


def _without(value: Any) -> Any:
    """Without the parts of a configuration that nothing here needs, and that could hold anything."""
    if isinstance(value, dict):
        return {key: _without(inner) for key, inner in value.items() if key not in _NOT_KEPT}
    return [_without(inner) for inner in value] if isinstance(value, list) else value


def _kind(value: dict[str, Any]) -> tuple[str, str]:
    return str(value.get("module")), str(value.get("class_name"))


def _walk(value: Any, layer: str, label: str) -> None:
    if isinstance(value, list):
        for inner in value:
            _walk(inner, layer, label)
    elif isinstance(value, dict):
        if not value.keys().isdisjoint(("class_name", "module", "registered_name", "spec_name")):
            _object(value, layer, label)
        else:
            for key, inner in value.items():
                _check_value(key, inner, layer, label)
                _walk(inner, layer, label)


def _object(value: dict[str, Any], layer: str, label: str) -> None:
    """A dict that Keras would turn into an object."""
    inner = value.get("config")
    if value.get("class_name") == "__keras_tensor__":
        if not isinstance(inner, dict) or not inner.keys() <= {"shape", "dtype", "keras_history"}:
            raise _refused(layer, "__keras_tensor__", _UNKNOWN, label)
        return
    kind = _kind(value)
    is_layer = kind in admitted.LAYERS or kind in admitted.MODELS
    if is_layer:
        layer = _name(value)
    custom = value.get("registered_name")
    if not (is_layer or kind in admitted.PARTS) or custom not in (None, kind[1]):
        raise _not_admitted(value, layer, label)
    if not isinstance(inner, dict):
        raise _refused(layer, kind[1], _NO_SETTINGS, label)
    for key, setting in inner.items():
        _check_value(key, setting, layer, label)
        if is_layer and kind not in admitted.MODELS and key != "seed":
            _check_numbers(setting, key, layer, kind[1], label)
        _walk(setting, layer, label)
    if kind == ("keras", "DTypePolicy") or kind == ("keras.dtype_policies", "DTypePolicy"):
        _check_value("dtype", inner.get("name"), layer, label)
    # Where the layer stands in the graph, its arguments included.
    _walk(value.get("inbound_nodes"), layer, label)


def _check_value(key: str, value: Any, layer: str, label: str) -> None:
    """Strings that Keras looks up by name."""
    if not isinstance(value, str):
        if key == "quantization_config" and value is not None:
            raise _refused(layer, tr("quantized layer"), _FINAL, label)
        return
    if key == "activation" and value not in admitted.ACTIVATIONS:
        raise _refused(layer, tr("activation {name!r}", name=_short(value)), _NOT_KERAS, label)
    if key.endswith(("_initializer", "_regularizer", "_constraint")):
        if value.replace("_", "").lower() not in admitted.PART_NAMES:
            raise _refused(layer, f"{key} {_short(value)!r}", _NOT_KERAS, label)
    elif key == "dtype" and value not in admitted.DTYPES:
        raise _refused(layer, tr("number type {name!r}", name=_short(value)), _FINAL, label)


def _check_numbers(value: Any, key: str, layer: str, kind: str, label: str) -> None:
    if isinstance(value, list):
        for inner in value:
            _check_numbers(inner, key, layer, kind, label)
    elif isinstance(value, int) and abs(value) > MAX_SIZE:
        raise ModelFileError(
            tr(
                "Layer '{layer}' ({kind}) of {label} has {key} {size}; {limit:,} is the limit. Use "
                "a smaller layer.",
                layer=layer,
                kind=kind,
                label=label,
                key=key,
                size=_grouped(value),
                limit=MAX_SIZE,
            )
        )


def _grouped(value: int) -> str:
    # Very long numbers are not worth writing out.
    return number(value, ",") if abs(value) < 10**30 else tr("with more than 30 digits")


def _count(model: dict[str, Any], label: str, front: list[tuple[str, str]]) -> int:
    """Calls of layers; a model in a model that is called twice runs twice, and so on: that may explode."""
    layers = model["config"].get("layers")
    if not isinstance(layers, list):
        raise ModelFileError(
            tr("The model in {label} lists no layers. Save it as a Functional model.", label=label)
        )
    total = 0
    for layer in layers:
        if not isinstance(layer, dict) or not isinstance(layer.get("config"), dict) or "module" not in layer:
            raise ModelFileError(
                tr("The model in {label} lists something that is no layer. Save it again.", label=label)
            )
        nested = _kind(layer) in admitted.MODELS
        if not nested:
            front.append((str(layer.get("class_name")), _name(layer)))
        nodes = layer.get("inbound_nodes")
        calls = max(1, len(nodes)) if isinstance(nodes, list) else 1
        total += calls * (_count(layer, label, front) if nested else 1)
        if total > MAX_LAYERS:
            raise ModelFileError(
                tr(
                    "The model in {label} has more than {limit:,} layers, which is the limit. Use a "
                    "smaller model.",
                    label=label,
                    limit=MAX_LAYERS,
                )
            )
    return total


def _name(value: dict[str, Any]) -> str:
    inner = value.get("config")
    name = value.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
    return _short(str(name or "?"))


def _short(text: str) -> str:
    return clean_text(text)[:60]


def _not_admitted(value: dict[str, Any], layer: str, label: str) -> ModelFileError:
    kind, custom = _short(str(value.get("class_name"))), value.get("registered_name")
    # A layer's own name, where it is a layer; else that of the layer it lies in.
    inner = value.get("config")
    if isinstance(inner, dict) and "name" in inner:
        layer = _name(value)
    if kind in ("Lambda", "__lambda__"):
        return _refused(layer, "Lambda", _CODE, label)
    if kind == "function":
        called = tr("function {name!r}", name=_short(str(inner)))
        return _refused(layer, called, _CODE_OUTSIDE, label)
    if kind in ("TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"):
        return _refused(layer, kind, _LOADS, label)
    module = str(value.get("module") or "")
    if (isinstance(custom, str) and custom != kind) or not module.startswith("keras"):
        called = _short(custom) if isinstance(custom, str) else kind
        return _refused(layer, tr("custom class {name!r}", name=called), _CUSTOM, label)
    return _refused(layer, kind, _NOT_READ, label)


def _refused(layer: str, kind: str, why: str, label: str) -> ModelFileError:
    """``why``: the marked sentence."""
    return ModelFileError(tr(why, layer=layer, label=label, kind=kind, way_out=tr(_WAY_OUT)))
