"""How a training goes on with one block of the network more, or less, than before."""

from collections.abc import Sequence

from tlcore import cuts
from tlcore.backbones import LayerInfo
from tlcore.config import Phase

# Small steps: what a network has learned is to be adjusted, not overwritten.
FINE_RATE = 0.00001
_EPOCHS = 5


def following(last: Phase, layers: Sequence[LayerInfo]) -> Phase:
    """A phase of fine-tuning after ``last``: one block less is frozen, of those that can be trained."""
    frozen = cuts.frozen_count(layers, last.freeze)
    thawing = [end for end in _ends(layers) if end < frozen and _learns(layers[end:frozen])]
    freeze: int | str = thawing[-1] if thawing else last.freeze
    if freeze == 0 or frozen == 0:
        freeze = "none"
    return Phase(epochs=_EPOCHS, freeze=freeze, learning_rate=FINE_RATE)


def refrozen(phase: Phase, layers: Sequence[LayerInfo]) -> Phase:
    """The phase with one block more frozen, of those that learn; all frozen where no trained one is left."""
    frozen = cuts.frozen_count(layers, phase.freeze)
    freezing = [end for end in _ends(layers) if end > frozen and _learns(layers[frozen:end])]
    kept = freezing[0] if freezing else len(layers)
    freeze = kept if _learns(layers[kept:]) else "all"
    return phase.model_copy(update={"freeze": freeze})


def _ends(layers: Sequence[LayerInfo]) -> tuple[int, ...]:
    return cuts.block_ends(layers)


def _learns(layers: Sequence[LayerInfo]) -> bool:
    """A block without numbers to learn, such as a pooling, would change nothing."""
    return any(layer.trainable_params for layer in layers)
