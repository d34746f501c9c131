"""What a run's Keras model answers: computed in a worker, for a run whose converted graph is not used."""

import contextlib
import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tlcore import imported_model, runs, runtimes, warm
from tlcore.errors import RunError, ThawError
from tlcore.words import tr
from tlcore.workspace import Workspace, read_json, write_json

log = logging.getLogger(__name__)


def ask(folder: Path, pixels: runtimes.Pixels) -> None:
    """Lay a question into a folder; ``pixels``: (n, size, size, 3), RGB, 0–255."""
    np.save(folder / "pixels.npy", pixels)


def is_there(folder: Path) -> bool:
    """Whether a question was answered."""
    return _file(folder).is_file()


def read(folder: Path) -> runtimes.Numbers:
    """The answer, (n, units), float32. Raises RunError with the reason where there is none."""
    answer = read_json(_file(folder))
    if "message" in answer:
        raise RunError(answer["message"])
    return np.array(answer["rows"], np.float32)


def answer_job(home: str, run_id: str, folder: str) -> None:
    """The job of a question. However it ends is written into its folder; nothing is raised."""
    give(Path(folder), run_id, functools.partial(_answer, Workspace(Path(home)), run_id))


def give(folder: Path, run_id: str, compute: Callable[[Path], runtimes.Numbers]) -> None:
    """Write what ``compute(folder)`` makes of the question that lies there, or why there is no answer."""
    try:
        _tell(folder, {"rows": compute(folder).tolist()})
    except ThawError as error:
        _tell(folder, {"message": str(error)})
    except Exception as error:
        # Else whoever waited has given up.
        if folder.is_dir():
            log.exception("the model of run %s gave no answer", run_id)
            name = type(error).__name__
            _tell(folder, {"message": tr("Keras could not run the model of this run ({error}).", error=name)})


def _answer(workspace: Workspace, run_id: str, folder: Path) -> runtimes.Numbers:
    run = runs.load(workspace, run_id)
    pixels = np.load(folder / "pixels.npy", allow_pickle=False)
    file = run.model_file.stat()
    # The next picture comes soon, and loading takes longer than judging.
    key = (f"model of {run.id}", pixels.shape[1], f"{file.st_mtime_ns} {file.st_size}")
    model = warm.take(key)
    if model is None:
        model = imported_model.model_of(run)
    # One by one: called so, a model holds what every layer gives.
    rows = [model(one[None].astype(np.float32), training=False).numpy() for one in pixels]
    warm.give_back(key, model)
    return np.concatenate(rows)


def _tell(folder: Path, answer: dict[str, Any]) -> None:
    # Whoever waited may have given up and removed the folder.
    with contextlib.suppress(FileNotFoundError):
        write_json(_file(folder), answer, make_folder=False)


def _file(folder: Path) -> Path:
    return folder / "answer.json"
