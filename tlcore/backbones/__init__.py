"""The pretrained networks: one entry each in ``entries``, and those that people brought (``own.py``).

Importing this costs no TensorFlow.
"""

from typing import overload

from tlcore.backbones import own
from tlcore.backbones.backbone import Backbone
from tlcore.backbones.entries import ENTRIES
from tlcore.backbones.layer_info import LayerInfo
from tlcore.backbones.own import OwnBackbone
from tlcore.backbones.weights import WeightsFile, WeightsStatus
from tlcore.errors import UnknownBackbone
from tlcore.suggest import suggestion
from tlcore.words import tr
from tlcore.workspace import Workspace

__all__ = [
    "AnyBackbone",
    "Backbone",
    "LayerInfo",
    "OwnBackbone",
    "WeightsFile",
    "WeightsStatus",
    "all_backbones",
    "get",
    "names",
]

AnyBackbone = Backbone | OwnBackbone

_BY_NAME = {entry.name: entry for entry in ENTRIES}


@overload
def get(name: str) -> Backbone: ...
@overload
def get(name: str, workspace: Workspace | None) -> AnyBackbone: ...
def get(name: str, workspace: Workspace | None = None) -> AnyBackbone:
    """The backbone of that name; ``own:<id>`` is looked up in the workspace.

    Raises UnknownBackbone, with the names that are near.
    """
    if name.startswith(own.PREFIX):
        return own.get(workspace, name)
    try:
        return _BY_NAME[name]
    except KeyError:
        way_out = suggestion(name, names()) or tr(" Choose one of {names}.", names=", ".join(names()))
        raise UnknownBackbone(tr("No backbone {name!r}.{way_out}", name=name, way_out=way_out)) from None


def names() -> tuple[str, ...]:
    return tuple(_BY_NAME)


def all_backbones() -> tuple[Backbone, ...]:
    return ENTRIES
