"""What a model's last layer says: its units, the targets they are compared with, and probabilities from them.

The loss decides: softmax over the classes for the categorical ones; for binary cross-entropy one sigmoid per
class, or a single one where there are two classes and each picture has one.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from tlcore.errors import RecipeError
from tlcore.recipe_parts import Loss
from tlcore.words import tr

Targets = npt.NDArray[np.float32] | npt.NDArray[np.int32]


@dataclass(frozen=True)
class Output:
    loss: Loss
    classes: int
    several_labels: bool
    """Whether a picture may belong to several classes at once."""

    @property
    def units(self) -> int:
        single = self.loss == "binary_crossentropy" and self.classes == 2 and not self.several_labels
        return 1 if single else self.classes

    @property
    def activation(self) -> Literal["softmax", "sigmoid"]:
        return "sigmoid" if self.loss == "binary_crossentropy" else "softmax"

    @property
    def independent(self) -> bool:
        """Whether the probability of each class is an answer of its own; else they sum to 1."""
        return self.activation == "sigmoid" and self.units > 1

    def targets(self, labels: npt.NDArray[np.float32]) -> Targets:
        """``labels``: (n, classes), 1 where a picture belongs to a class. Returns what the loss compares."""
        if self.loss == "sparse_categorical_crossentropy":
            classes: npt.NDArray[np.int32] = labels.argmax(axis=1).astype(np.int32)
            return classes
        return labels[:, 1:] if self.units == 1 else labels


def of(loss: Loss, classes: int, several_labels: bool) -> Output:
    """Raises RecipeError where the loss cannot tell what the pictures are labelled with."""
    if several_labels and loss != "binary_crossentropy":
        raise RecipeError(
            tr(
                "Some pictures have several labels, which {loss} cannot learn. Choose loss: "
                "binary_crossentropy.",
                loss=loss,
            )
        )
    return Output(loss, classes, several_labels)


def probabilities(raw: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Of each class, (n, classes), from a model's output. A single unit is the second of two classes."""
    return np.concatenate([1 - raw, raw], axis=1) if raw.shape[1] == 1 else raw


def balanced_weights(labels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """A weight for each picture, 1 on average: the mean over its labels of a number, large for rare ones.

    ``labels``: (n, classes), 0 or 1. The number is pictures / (classes × pictures of the class), as in
    scikit-learn's "balanced" (King & Zeng 2001); with one label each the weights are just these.
    """
    counts = labels.sum(axis=0)
    of_class = len(labels) / (labels.shape[1] * np.maximum(counts, 1))
    weights = labels @ of_class / np.maximum(labels.sum(axis=1), 1)
    # With several labels each picture counts in several classes; the loss keeps its scale all the same.
    return (weights / weights.mean()).astype(np.float32)  # type: ignore[no-any-return]
