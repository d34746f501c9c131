"""What must be known at an epoch's end to go on from there: taken from Keras, kept, and put back.

What an epoch does follows from the recipe's seed and its number: the order of the pictures, their changes,
and what dropout drops. So nothing random has to be kept, and a resume at an epoch's end is exact.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tlcore import checkpoints
from tlcore.checkpoints import Array, Checkpoint
from tlcore.config import Phase
from tlcore.errors import RunError
from tlcore.models import Network
from tlcore.runs import Run
from tlcore.words import tr

# An epoch of a head takes a tenth of a second; those since the last checkpoint are trained again.
EVERY_S = 5.0
# Of the time, at most so much goes into writing.
WRITING_SHARE = 0.1
# Up to this size an epoch's end is held in memory too, to be written when an end is foreseen.
HELD_BYTES = 256 * 2**20

_EARLY_STOPPING = ("wait", "best", "best_epoch", "stopped_epoch")
_PLATEAU = ("wait", "best", "cooldown_counter")


class Keeper:
    """Keeps the ends of a run's epochs: the newest in memory, and one every few seconds on disk."""

    def __init__(self, run: Run, network: Network, seconds: Callable[[], dict[str, float]]) -> None:
        self.run, self.network, self.seconds = run, network, seconds
        self.held: Checkpoint | None = None
        """Newer than what is on disk."""
        self.written_s = time.monotonic()
        self.took_s = 0.0

    def callback(
        self, number: int, phase: Phase, first_epoch: int, from_: Checkpoint | None, early: Any, plateau: Any
    ) -> Any:
        """The Keras callback for one ``fit``; it must be the last one.

        ``from_``: where this phase is taken up again. ``early`` and ``plateau``: the callbacks whose counters
        belong to the state, or None.
        """
        import keras

        keeper = self

        class Keep(keras.callbacks.Callback):  # type: ignore[misc]
            def on_train_begin(self, logs: Any = None) -> None:
                if from_ is None:
                    keeper._hold(self.taken(0, ended=False, val_accuracy=float("nan")))
                else:
                    self.put_back(from_)

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                ended = self.model.stop_training or epoch + 1 == phase.epochs
                keeper._hold(self.taken(epoch + 1, ended, float((logs or {})["val_accuracy"])))
                if ended or keeper._is_due():
                    keeper.write()

            def taken(self, done: int, ended: bool, val_accuracy: float) -> Checkpoint:
                variables = keeper.network.trained_variables()
                best = early.best_weights if early else None
                counters = {
                    "early": _counters(early, _EARLY_STOPPING),
                    "plateau": _counters(plateau, _PLATEAU),
                }
                return Checkpoint(
                    first_epoch + done,
                    number,
                    done,
                    ended,
                    val_accuracy,
                    weights=_values(variables),
                    optimizer=_values(self.model.optimizer.variables) if done else (),
                    best=_chosen(variables, self.model, best) if best else (),
                    state={**counters, "planned": phase.epochs, "seconds": keeper.seconds()},
                )

            def put_back(self, kept: Checkpoint) -> None:
                if kept.optimizer:
                    # Keras builds it with the first step.
                    self.model.optimizer.build(self.model.trainable_variables)
                    _assign(self.model.optimizer.variables, kept.optimizer)
                for callback, name in ((early, "early"), (plateau, "plateau")):
                    for counter, value in (kept.state[name] or {}).items() if callback else ():
                        setattr(callback, counter, value)
                if early and kept.best:
                    early.best_weights = _whole(keeper.network.trained_variables(), self.model, kept.best)
                if early and kept.phase_ended:
                    # It had ended and was extended: patience begins anew.
                    early.wait = early.stopped_epoch = 0

        return Keep()

    def put(self, weights: Sequence[Array]) -> None:
        """Raises RunError for weights of other layers than those that are trained now."""
        variables = self.network.trained_variables()
        if [tuple(variable.shape) for variable in variables] != [array.shape for array in weights]:
            raise RunError(tr("The checkpoint is of another network. Duplicate the run and train it anew."))
        _assign(variables, weights)

    def last(self) -> Checkpoint | None:
        """The newest end of an epoch that is still known."""
        return self.held or checkpoints.latest(self.run.checkpoints).checkpoint

    def write(self) -> None:
        """Write what is newer than the disk. Raises NotSaved."""
        # Before its first epoch a phase is where the one before it ended, which is on the disk.
        if self.held is None or not self.held.phase_epochs:
            return
        started_s = time.monotonic()
        checkpoints.save(self.run.checkpoints, self.held)
        self.held = None
        self.written_s = time.monotonic()
        self.took_s = self.written_s - started_s

    def _is_due(self) -> bool:
        return time.monotonic() - self.written_s >= max(EVERY_S, self.took_s / WRITING_SHARE)

    def _hold(self, checkpoint: Checkpoint) -> None:
        if checkpoint.size_bytes > HELD_BYTES and not (checkpoint.phase_ended or self._is_due()):
            self.held = None
        else:
            self.held = checkpoint


def has_ended(kept: Checkpoint, phase: Phase) -> bool:
    """Whether nothing is left of the phase; an extension may have added to what was planned then."""
    return kept.phase_ended and kept.state["planned"] == phase.epochs


def _counters(callback: Any, names: Sequence[str]) -> dict[str, float | None] | None:
    if callback is None:
        return None
    found = {name: getattr(callback, name) for name in names}
    return {
        name: value if value is None or isinstance(value, int) else float(value)
        for name, value in found.items()
    }


def _values(variables: Sequence[Any]) -> list[Array]:
    return [np.array(variable.numpy()) for variable in variables]


def _assign(variables: Sequence[Any], values: Sequence[Array]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _chosen(variables: Sequence[Any], model: Any, weights: Sequence[Array]) -> list[Array]:
    """Of a model's weights those of some variables; what the model does not hold is as it is now."""
    of_model = {id(variable): value for variable, value in zip(model.weights, weights, strict=True)}
    return [np.array(of_model.get(id(variable), variable.numpy())) for variable in variables]


def _whole(variables: Sequence[Any], model: Any, values: Sequence[Array]) -> list[Array]:
    """All weights of a model, with these in place of some variables' own."""
    known = {id(variable): value for variable, value in zip(variables, values, strict=True)}
    return [known.get(id(variable), variable.numpy()) for variable in model.weights]
