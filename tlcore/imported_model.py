"""The graph of a model that came from elsewhere: made in a worker, since it is not taken from the file.

A graph is read by native code, which believes what it reads; the model's layers and weights were looked at.
"""

import logging
from pathlib import Path
from typing import Any

import numpy as np

from tlcore import datasets, runs, runtimes
from tlcore.backbones import own_network
from tlcore.datasets import Dataset
from tlcore.errors import ModelFileError, RunError, ThawError, WorkspaceError
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Workspace, read_json, write_json

log = logging.getLogger(__name__)

_SAMPLE = 4


def note(folder: Path, numbers: int) -> None:
    """Say in a run's folder that its model came from elsewhere; ``numbers``: how many its weights are."""
    write_json(folder / runs.IMPORTED, {"numbers": numbers})


def needs_graph(run: Run) -> bool:
    """Whether a run came from elsewhere with a model, and has no graph yet to predict with."""
    return run.has_model and run.imported_file.is_file() and not (run.folder / "graph.json").is_file()


def graph_job(home: str, run_id: str) -> None:
    """The job of an imported run. A model that cannot be used is told in the graph's record."""
    workspace = Workspace(Path(home))
    try:
        run = runs.load(workspace, run_id)
        if needs_graph(run):
            _make(workspace, run)
    except WorkspaceError:
        log.exception("the graph of run %s was not made", run_id)


def _make(workspace: Workspace, run: Run) -> None:
    import keras

    try:
        model, size_px = checked(run)
        runtimes.convert_whole(run, model, _pixels(workspace, run, size_px))
    except ThawError as error:
        runtimes.refuse_graph(run, str(error))
    except Exception as error:
        log.exception("the model of run %s cannot be used", run.id)
        reason = tr("Keras cannot rebuild the model of this run ({error}).", error=type(error).__name__)
        runtimes.refuse_graph(run, reason)
    finally:
        keras.utils.clear_session()


def model_of(run: Run) -> Any:
    """The Keras model of a finished run; one that came from elsewhere is looked at before it is built.

    Raises ModelFileError, and RunError for one from elsewhere.
    """
    return checked(run)[0] if run.imported_file.is_file() else own_network.load(run.model_file)


def checked(run: Run) -> tuple[Any, int]:
    """The model and the side of the pictures it takes. Raises ModelFileError, RunError."""
    own_network.check_budget(run.model_file, read_json(run.imported_file)["numbers"])
    model = own_network.load(run.model_file)
    taken = own_network.input_of(model)
    if taken.kind != "map" or taken.channels != 3 or taken.side_px is None:
        raise ModelFileError(tr("The model of this run does not take pictures as Thaw's models do."))
    if model.output_shape != (None, run.output.units):
        raise RunError(tr("The model of this run does not answer for the classes of the run."))
    return model, taken.side_px


def _pixels(workspace: Workspace, run: Run, size_px: int) -> runtimes.Pixels:
    """What the graph is compared on: pictures of the dataset, or noise where it is not here."""
    try:
        dataset: Dataset = datasets.load(workspace, run.dataset_id)
        return runtimes.sample(dataset, size_px)
    except ThawError:
        return np.random.default_rng(0).integers(0, 256, (_SAMPLE, size_px, size_px, 3)).astype(np.uint8)
