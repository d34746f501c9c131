"""Finished runs that are ready to judge: the same for pages, routes and threads."""

from functools import lru_cache, partial
from pathlib import Path

from pages.ui import state
from tlcore.api.models import Models
from tlcore.predict import Predictor
from tlcore.prediction_jobs import Opener
from tlcore.runs import Run
from tlcore.workspace import Workspace


def predictor(run: Run) -> Predictor:
    """Of a run that was trained on the new model. Raises RunError without one, and WorkspaceError."""
    return models(state.workspace().home).find(run.id)[1]


def opener(run: Run) -> Opener:
    return partial(predictor, run)


@lru_cache(maxsize=2)
def models(home: Path) -> Models:
    return Models(Workspace(home))
