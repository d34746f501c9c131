"""Score pictures with a finished run: here by its converted graph, else by Keras in a worker."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from tlcore import confidence, engine, images, keras_answers, keras_questions, outputs, runtimes, short_jobs
from tlcore.engine import Engine
from tlcore.errors import EngineError, ImageError
from tlcore.evaluation import THRESHOLD
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Workspace

_KEY = "predict-"


@dataclass(frozen=True)
class Prediction:
    probabilities: dict[str, float]
    """Of each class, in the dataset's order."""
    independent: bool = False
    """Whether each probability is an answer of its own (sigmoid); else they sum to 1."""
    unsure: bool = False
    """Whether it says "I don't know": it is less sure than was chosen for the run (``confidence``)."""

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

    A run whose converted graph differs too much from Keras is left to a worker. ``behind_others``: also to
    one that has something else to do, which is waited for; if not, that raises EngineError at once.
    What is chosen of how sure it has to be counts from the next picture on.
    Raises RunError when the run has no model.
    """

    def __init__(self, workspace: Workspace, run: Run, *, behind_others: bool = True) -> None:
        record = runtimes.read_record(run)
        self._reason = record.sentence if record.is_left_to_keras else ""
        self._run: Callable[[runtimes.Pixels], runtimes.Numbers]
        if record.is_left_to_keras:
            self._run = _Worker(workspace, run, behind_others).run
        else:
            self._run = runtimes.open_graph(workspace, run)[0].run
        self._size_px, self._fit = record.image_size_px, run.recipe.backbone.fit
        self.classes = run.classes
        self._of = run

    @property
    def note(self) -> str:
        """Why predictions take longer than usual, to be shown while one is waited for; empty where not."""
        slowly = tr("Keras itself predicts, in a worker: the first picture takes longest.")
        return f"{self._reason} {slowly}" if self._reason else ""

    def predict(self, content: bytes) -> Prediction:
        """``content``: a picture file. It is made safe and upright exactly as the training pictures were.

        Raises ImageError for something that is no picture; WorkspaceError for a damaged choice.
        """
        safe = images.make_safe(content)
        with Image.open(io.BytesIO(safe.content)) as image:
            raw = self._raw(images.to_pixels(image, self._size_px, self._fit))
        return said(self._of, raw)[0]

    def predict_kept(self, path: Path) -> Prediction:
        """``path``: a picture of a dataset or of ``pictures.keep``, which was made safe already."""
        return said(self._of, self.raw_kept(path)[None])[0]

    def raw_kept(self, path: Path) -> runtimes.Numbers:
        """Of each class, (classes,), as the model says it, for ``said``; ``path`` as of ``predict_kept``."""
        found: runtimes.Numbers = self._raw(images.load_rgb(path, self._size_px, self._fit))[0]
        return found

    def _raw(self, pixels: npt.NDArray[np.uint8]) -> runtimes.Numbers:
        return outputs.probabilities(self._run(pixels[None]))

    def predict_file(self, path: Path) -> Prediction:
        """Raises ImageError for a file that is not there or is no picture."""
        try:
            return self.predict(path.read_bytes())
        except OSError as error:
            raise ImageError(tr("It cannot be read ({strerror}).", strerror=error.strerror)) from error


def said(run: Run, raw: runtimes.Numbers) -> list[Prediction]:
    """What is said of each picture, by what is chosen now of how sure the run has to be.

    ``raw``: (n, classes), of ``Predictor.raw_kept``. Raises WorkspaceError for a damaged choice.
    """
    choice = confidence.chosen(run)
    rows = choice.applied(run, raw)
    return [
        Prediction(
            {name: float(value) for name, value in zip(run.classes, row, strict=True)},
            run.output.independent,
            bool(doubt),
        )
        for row, doubt in zip(rows, choice.unsure(run, rows), strict=True)
    ]


class _Worker:
    """A run's Keras model in the engine's worker; each question is a short job."""

    def __init__(self, workspace: Workspace, run: Run, behind_others: bool) -> None:
        self._workspace, self._of, self._behind_others = workspace, run, behind_others

    def run(self, pixels: runtimes.Pixels) -> runtimes.Numbers:
        """As ``Graph.run``. Raises RunError, EngineError, WorkspaceError."""
        crew = engine.start_or_find(self._workspace)
        if not self._behind_others:
            _check_free(crew)
        return keras_questions.answered(
            self._workspace, crew, self._of, pixels, keras_answers.answer_job, _KEY
        )


def _check_free(crew: Engine) -> None:
    """Other predictions are over in a moment, a training is not."""
    if short_jobs.others_in_the_way(crew, ours=_KEY):
        raise EngineError(
            tr(
                "A training is going on, and the model of this run needs its worker. Try again when it "
                "has ended."
            )
        )
