"""Score pictures with a finished run, without TensorFlow."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from tlcore import images, outputs, runtimes
from tlcore.errors import ImageError
from tlcore.evaluation import THRESHOLD
from tlcore.runs import Run
from tlcore.workspace import Workspace


@dataclass(frozen=True)
class Prediction:
    probabilities: dict[str, float]
    """Of each class, in the dataset's order."""
    independent: bool = False
    """Whether each probability is an answer of its own (sigmoid); else they sum to 1."""

    @property
    def label(self) -> str:
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def probability(self) -> float:
        return max(self.probabilities.values())

    @property
    def labels(self) -> list[str]:
        """The classes found: the likeliest one; of independent ones all from one half up, or none."""
        if not self.independent:
            return [self.label]
        return [name for name, value in self.probabilities.items() if value >= THRESHOLD]

    @property
    def ranked(self) -> list[tuple[str, float]]:
        """Classes and probabilities, the likeliest first."""
        return sorted(self.probabilities.items(), key=lambda pair: -pair[1])


class Predictor:
    """A finished run, ready to judge pictures. To be shared by threads.

    Raises RunError when the run has no model.
    """

    def __init__(self, workspace: Workspace, run: Run) -> None:
        self._graph, self._record = runtimes.open_graph(workspace, run)
        self.classes = run.classes
        self._independent = run.output.activation == "sigmoid" and run.output.units > 1

    def predict(self, content: bytes) -> Prediction:
        """``content``: a picture file. It is made safe and upright exactly as the training pictures were.

        Raises ImageError for something that is no picture.
        """
        safe = images.make_safe(content)
        with Image.open(io.BytesIO(safe.content)) as image:
            return self._judged(images.to_pixels(image, self._record.image_size_px))

    def predict_kept(self, path: Path) -> Prediction:
        """``path``: a picture of a dataset or of ``pictures.keep``, which was made safe already."""
        return self._judged(images.load_rgb(path, self._record.image_size_px))

    def _judged(self, pixels: npt.NDArray[np.uint8]) -> Prediction:
        row = outputs.probabilities(self._graph.run(pixels[None]))[0]
        return Prediction(
            {name: float(value) for name, value in zip(self.classes, row, strict=True)}, self._independent
        )

    def predict_file(self, path: Path) -> Prediction:
        """Raises ImageError for a file that is not there or is no picture."""
        try:
            return self.predict(path.read_bytes())
        except OSError as error:
            raise ImageError(f"It cannot be read ({error.strerror}).") from error
