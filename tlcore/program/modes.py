"""In which mode the pretrained network runs while it is trained: what is stock Keras' way, and what is not.

Thaw holds it in inference mode: BatchNormalization keeps its statistics and nothing is dropped. Only where a
phase says ``batch_normalization: trained`` do the trained ones follow the batches.
"""

from dataclasses import dataclass

from tlcore.plans import Plan

HOLDER = '''\
class InferenceMode(keras.layers.Layer):
    """Runs a network in inference mode, also while its weights are trained."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def call(self, x):
        return self.network(x, training=False)'''


@dataclass(frozen=True)
class Modes:
    held: tuple[bool, ...]
    """Of each phase, whether the network must be held in inference mode by a layer around it."""
    stops_dropping: bool
    """Whether dropout inside the network must be switched off: it follows the mode of all of it."""

    @property
    def wraps(self) -> bool:
        return any(self.held)

    @property
    def same_in_all(self) -> bool:
        return len(set(self.held)) == 1


def of(plan: Plan) -> Modes:
    drops = any("Dropout" in layer.type for layer in plan.layers)
    follows, keeps = [], []
    for phase, planned in zip(plan.recipe.phases, plan.phases, strict=True):
        trained = plan.layers[planned.frozen_layers :]
        normalizes = any(layer.type == "BatchNormalization" for layer in trained)
        follows.append(normalizes and phase.batch_normalization == "trained")
        keeps.append(normalizes and phase.batch_normalization == "frozen")
    stops_dropping = drops and any(follows)
    needed = any(keeps) or (drops and not stops_dropping)
    # Where nothing needs it in a phase it does no harm: such a phase goes with the others.
    return Modes(tuple(needed and not follow for follow in follows), stops_dropping)
