"""The pretrained networks: one entry each in ``entries.py``. Importing this costs no TensorFlow."""

from tlcore.backbones.backbone import Backbone
from tlcore.backbones.entries import ENTRIES
from tlcore.backbones.layer_info import LayerInfo
from tlcore.backbones.weights import WeightsFile, WeightsStatus
from tlcore.errors import UnknownBackbone
from tlcore.suggest import suggestion

__all__ = ["Backbone", "LayerInfo", "WeightsFile", "WeightsStatus", "all_backbones", "get", "names"]

_BY_NAME = {entry.name: entry for entry in ENTRIES}


def get(name: str) -> Backbone:
    """The backbone of that name. Raises UnknownBackbone, with the names that are near."""
    try:
        return _BY_NAME[name]
    except KeyError:
        way_out = suggestion(name, names()) or f" Choose one of {', '.join(names())}."
        raise UnknownBackbone(f"No backbone {name!r}.{way_out}") from None


def names() -> tuple[str, ...]:
    return tuple(_BY_NAME)


def all_backbones() -> tuple[Backbone, ...]:
    return ENTRIES
