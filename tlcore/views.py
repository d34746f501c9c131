"""A view: one variant of a dataset's pictures, the same whenever and wherever it is made."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore import augmentation
from tlcore.config import Augmentation
from tlcore.datasets import Item
from tlcore.recipe_parts import Fit


@dataclass(frozen=True)
class View:
    """One variant of the pictures. View 0 is the pictures themselves."""

    number: int = 0
    changes: Augmentation = Augmentation()
    seed: int = 0
    fit: Fit = "stretch"
    """How the pictures become squares, before anything is changed."""

    @property
    def _is_original(self) -> bool:
        return self.number == 0 or not self.changes.changes

    def apply(self, pixels: npt.NDArray[np.uint8], item: Item) -> npt.NDArray[np.uint8]:
        if self._is_original:
            return pixels
        return augmentation.augment(
            pixels, self.changes, seed=self.seed, number=self.number, sha256=item.sha256
        )

    @property
    def key(self) -> list[Any]:
        changed = [self.number, self.seed, self.changes.model_dump(exclude={"views"})]
        # Caches from before there was a choice stay those of stretched pictures.
        fit = [] if self.fit == "stretch" else [self.fit]
        return ([] if self._is_original else changed) + fit


ORIGINAL = View()
