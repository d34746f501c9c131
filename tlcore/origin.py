"""Where a run's model comes from: the network it began with, whose weights these are, and their licence."""

import importlib.metadata
import platform
from collections.abc import Callable

import tlcore
from tlcore import backbones
from tlcore.backbones import AnyBackbone, OwnBackbone
from tlcore.errors import UnknownBackbone, WorkspaceError
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Workspace

Quote = Callable[[str], str]
"""How a user's text is marked as such where it is read."""

_PACKAGES = {"Keras": "keras", "TensorFlow": "tensorflow", "LiteRT": "ai-edge-litert", "NumPy": "numpy"}


def backbone(workspace: Workspace, run: Run) -> AnyBackbone | None:
    """None for an own one that was deleted since: a run outlives it."""
    try:
        return backbones.get(run.recipe.backbone.name, workspace)
    except (UnknownBackbone, WorkspaceError):
        return None


def title(workspace: Workspace, run: Run, quote: Quote) -> str:
    """What the network is called."""
    entry = backbone(workspace, run)
    if entry is None:
        return tr("a model of somebody's own")
    return quote(entry.title) if isinstance(entry, OwnBackbone) else entry.title


def weights(workspace: Workspace, run: Run, quote: Quote) -> str:
    """Where the weights come from that it began with, in a sentence."""
    chosen = run.recipe.backbone.weights
    if chosen == "none":
        return tr("It started from random weights, not from pretrained ones.")
    if chosen != "imagenet":
        return tr("It started from the weights in {quote}.", quote=quote(chosen))
    entry = backbone(workspace, run)
    if entry is None or entry.weights_file is None:
        return tr("It started from the weights of that model.")
    return tr(
        "The pretrained weights: {source}, {licence}.",
        source=entry.weights_file.source,
        licence=entry.weights_file.licence,
    )


def licence(workspace: Workspace, run: Run) -> str | None:
    """Of the pretrained weights, as SPDX has it; None where it began with others, or nobody said it."""
    entry = backbone(workspace, run)
    if run.recipe.backbone.weights != "imagenet" or entry is None or entry.weights_file is None:
        return None
    return entry.weights_file.licence


def versions() -> dict[str, str]:
    """Of what is installed here: a run does not keep with which versions it was trained."""
    return {
        "Thaw": tlcore.__version__,
        "Python": platform.python_version(),
        **{title: importlib.metadata.version(name) for title, name in _PACKAGES.items()},
    }
