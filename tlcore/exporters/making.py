"""An export made and compared with its run: in a process that may load TensorFlow."""

import gc
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tlcore import confidence, datasets, imported_model, outputs, runtimes, sizes
from tlcore.datasets import Dataset
from tlcore.errors import NotFound, RunError, ThawError
from tlcore.exporters import formats, parity, pictures, store, texts
from tlcore.exporters.exporter import Exporter, Source
from tlcore.exporters.parity import Parity, Rows
from tlcore.runs import Run
from tlcore.runtimes import Numbers, Pixels
from tlcore.words import tr
from tlcore.workspace import Workspace

log = logging.getLogger(__name__)

_FILES = "files"

Tell = Callable[[str, int, int], None]
"""Takes the stage, ``loading``, ``converting`` or ``comparing``, how much is done, and of how much."""


def make(workspace: Workspace, run: Run, format: str, tell: Tell = lambda stage, done, total: None) -> Parity:
    """Convert a finished run's model, compare it on real pictures, and keep it; or say why it is refused.

    Loads TensorFlow. Raises RunError for a run without a model, an unknown format or a network that cannot be
    converted to it; NotSaved, ModelFileError, ImageError.
    """
    import keras

    formats.get(format)
    check_has_model(run)
    tell("loading", 0, 1)
    key = store.key(run, format)
    try:
        with workspace.scratch() as scratch:
            found = _made(workspace, run, format, Path(scratch), tell)
            # A model that is still open could not be moved on Windows.
            gc.collect()
            if store.key(run, format) != key:
                raise RunError(tr("{name} was changed while it was exported. Try again.", name=run.name))
            store.save(workspace, run, Path(scratch) / _FILES, found, key)
    finally:
        keras.utils.clear_session()
    return found


def _made(workspace: Workspace, run: Run, format: str, scratch: Path, tell: Tell) -> Parity:
    """The export in a folder of the scratch, and what was found of it."""
    exporter, facts = formats.get(format), texts.facts(run)
    dataset, model = _dataset(workspace, run), imported_model.model_of(run)
    shown, made = scratch / "pictures", scratch / _FILES
    shown.mkdir()
    made.mkdir()
    compared = pictures.of(dataset, facts, shown)
    answers = _own_answers(workspace, run, model, np.stack([one.pixels for one in compared]))
    expected = facts.choice.applied(run, answers).astype(np.float32)
    tell("converting", 0, 1)
    _convert(exporter, Source(model, run.model_file, lambda: _calibration(dataset, run)), made)
    size_bytes = sizes.size_of(made)
    (made / "labels.json").write_text(texts.labels(run), encoding="utf-8")
    if facts.choice != confidence.NONE:
        (made / confidence.FILE).write_text(texts.choice(facts.choice), encoding="utf-8")
    (made / exporter.program.file).write_text(exporter.program.text(facts), encoding="utf-8")
    return parity.compare(
        format,
        exporter.program.runtime,
        exporter.program.open(made),
        compared,
        expected,
        allowed=exporter.tolerance,
        independent=run.output.independent,
        size_bytes=size_bytes,
        real=dataset is not None,
        progress=lambda done, total: tell("comparing", done, total),
    )


def check_has_model(run: Run) -> None:
    """Raises RunError."""
    if not run.has_model:
        raise RunError(tr("{name} has no model yet. Train it to the end first.", name=run.name))


def _dataset(workspace: Workspace, run: Run) -> Dataset | None:
    try:
        return datasets.load(workspace, run.dataset_id)
    except NotFound:
        return None  # A run outlives its dataset.


def _calibration(dataset: Dataset | None, run: Run) -> Pixels:
    if dataset is None:
        raise RunError(
            tr(
                "Whole numbers are calibrated on training pictures, and those of this run were deleted. "
                "Take another format."
            )
        )
    return pictures.calibration(dataset, texts.facts(run))


def _own_answers(workspace: Workspace, run: Run, model: Any, pixels: Pixels) -> Rows:
    """What the run's model says of pictures, as for ``predict.Predictor``: by its graph, else by Keras."""

    def keras_run(some: Pixels) -> Numbers:
        return np.concatenate([model(one[None].astype(np.float32), training=False).numpy() for one in some])

    left_to_keras = runtimes.read_record(run).is_left_to_keras
    answer = keras_run if left_to_keras else runtimes.open_graph(workspace, run)[0].run
    # One by one, as they are predicted: a batch would add in another order.
    return outputs.probabilities(np.concatenate([answer(one[None]) for one in pixels]))


def _convert(exporter: Exporter, source: Source, folder: Path) -> None:
    try:
        exporter.make(source, folder)
    except ThawError:
        raise
    except OSError as error:
        raise RunError(
            tr("The export could not be written ({strerror}). Free some space.", strerror=error.strerror)
        ) from error
    except Exception as error:
        log.exception("the conversion to %s failed", exporter.title)
        raise RunError(
            tr(
                "This network cannot be converted to {title} ({name}). Take another format.",
                title=tr(exporter.title),
                name=type(error).__name__,
            )
        ) from error
