"""Grad-CAM of a finished run: the heat map of any class over any picture."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from tlcore import images, outputs, runtimes
from tlcore.errors import RunError
from tlcore.explain import tail
from tlcore.explain.rules import Array
from tlcore.runs import Run
from tlcore.runtimes import Graph
from tlcore.words import tr
from tlcore.workspace import Workspace

# What the two ways to the same probabilities may differ by.
_LARGEST_DIFFERENCE = 1e-3


@dataclass(frozen=True)
class Look:
    """What the network made of a picture, before a class is asked for."""

    feature_map: Array
    """(1, height, width, channels): what enters the head."""
    probabilities: dict[str, float]
    """Of each class, in the dataset's order."""

    @property
    def ranked(self) -> list[str]:
        """The classes, the likeliest first."""
        return sorted(self.probabilities, key=lambda name: -self.probabilities[name])


@dataclass(frozen=True)
class HeatMap:
    label: str
    probability: float
    cells: Array
    """(height, width): what each part of the picture adds to the score of the class; 0 where nothing."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing in the picture speaks for the class."""
        return not self.cells.max() > 0

    @property
    def shares(self) -> Array:
        """The cells, of the strongest."""
        return self.cells if self.is_empty else self.cells / self.cells.max()


class Explainer:
    """To be shared by threads. Raises RunError when the run has no model, or none that can be explained.

    The converted graph runs up to the last feature map; the head after it and its gradient are computed here,
    from the graph's own numbers.
    """

    def __init__(self, workspace: Workspace, run: Run) -> None:
        files, record = runtimes.graph_files(workspace, run)
        self.classes = run.classes
        self.size_px, self.fit = record.image_size_px, run.recipe.backbone.fit
        self._single_unit = run.output.units == 1
        try:
            front, self._tail = tail.split(files)
            self._front = Graph(front)
        except tail.NoMap as error:
            raise RunError(
                tr(
                    "{name} has no heat maps: they need a network that ends with a feature map of height and "
                    "width, followed by a head. This one does not, or its pictures are too small for it.",
                    name=run.name,
                )
            ) from error
        except ValueError as error:
            raise runtimes.damaged(run) from error
        self._check(Graph(files), run)

    def look(self, picture: Image.Image) -> Look:
        """``picture``: as ``images.open_kept`` or ``images.make_safe`` gives it."""
        pixels = images.to_pixels(picture, self.size_px, self.fit)
        feature_map = self._front.run(pixels[None])
        row = outputs.probabilities(self._tail.run(feature_map)[-1])[0]
        return Look(feature_map, {name: float(p) for name, p in zip(self.classes, row, strict=True)})

    def heat_map(self, look: Look, label: str) -> HeatMap:
        """Grad-CAM (Selvaraju et al. 2017, equations 1 and 2) of the class's score before softmax or sigmoid.

        The map is the one that enters the head. Of a single output unit the second class has the score, and
        the first one has its negative.
        """
        number = self.classes.index(label)
        values = self._tail.run(look.feature_map)
        gradient = self._tail.gradient(values, 0 if self._single_unit else number)
        if self._single_unit and number == 0:
            gradient = -gradient
        weights = gradient.mean(axis=(1, 2), keepdims=True)
        cells = np.maximum((look.feature_map * weights).sum(axis=-1)[0], 0)
        return HeatMap(label, look.probabilities[label], cells.astype(np.float32))

    def _check(self, whole: Graph, run: Run) -> None:
        """What is computed here must be what the graph itself gives."""
        shape = (self.size_px, self.size_px, 3)
        pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        expected = whole.run(pixels[None])
        found = self._tail.run(self._front.run(pixels[None]))[-1]
        if found.shape != expected.shape or not np.abs(found - expected).max() <= _LARGEST_DIFFERENCE:
            raise RunError(
                tr(
                    "{name} has no heat maps: what follows its last feature map is not computed exactly.",
                    name=run.name,
                )
            )
