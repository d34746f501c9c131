"""A run's story as the logs of other tools, each written by the tool's own library.

    write(workspace, run, "tensorboard", folder)      <run id>/  train/  validation/
    write(workspace, run, "mlflow", folder)           mlflow.db  artifacts/

The libraries come by an extra and are imported by whoever writes: a worker, or the command line.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tlcore.errors import NotSaved, RunError
from tlcore.loggers import told
from tlcore.loggers.told import Told
from tlcore.runs import Run
from tlcore.workspace import Workspace

__all__ = ["LOGGERS", "Logger", "Told", "check", "get", "is_there", "write"]

Write = Callable[[Told, Path], None]


@dataclass(frozen=True)
class Logger:
    title: str
    module: str
    """Of ours, whose ``write`` writes."""
    needs: tuple[str, ...]
    """The modules of its library."""
    extra: str
    use: str
    """What to type in the folder to look at the logs."""


LOGGERS = {
    "tensorboard": Logger(
        "TensorBoard",
        "tlcore.loggers.tensorboard_logs",
        ("tensorboard",),
        "tensorboard",
        "tensorboard --logdir .",
    ),
    "mlflow": Logger(
        "MLflow",
        "tlcore.loggers.mlflow_logs",
        ("mlflow", "sqlalchemy", "alembic"),
        "mlflow",
        "mlflow ui --backend-store-uri sqlite:///mlflow.db",
    ),
}


def get(name: str) -> Logger:
    """Raises RunError for a tool that is none of them."""
    if name not in LOGGERS:
        raise RunError(f"Logs are written for {' or '.join(LOGGERS)}, not {name[:40]!r}.")
    return LOGGERS[name]


def is_there(name: str) -> bool:
    """Whether the tool's library is installed; nothing is imported."""
    return all(importlib.util.find_spec(module) is not None for module in get(name).needs)


def check(name: str) -> None:
    """Raises RunError with the way out where the library is not installed."""
    logger = get(name)
    if not is_there(name):
        raise RunError(
            f"Logs for {logger.title} are written by its own library, which is not installed. "
            f"Install it: pip install 'thaw-studio[{logger.extra}]'"
        )


def write(workspace: Workspace, run: Run, name: str, folder: Path) -> None:
    """Write a run's logs into a folder, beside those of other runs.

    Raises RunError for a run that is under way or has no epoch, where the folder has this run already, or the
    library is not installed; NotSaved.
    """
    check(name)
    found = told.of(workspace, run)
    writes: Write = import_module(get(name).module).write
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writes(found, folder)
    except OSError as error:
        raise NotSaved(
            f"The logs could not be written ({error.strerror}). Free some space, or choose another folder."
        ) from error
