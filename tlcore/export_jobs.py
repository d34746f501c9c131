"""Asking for an export: made in the engine, looked at through files, since whoever asked may go away."""

from collections.abc import Callable
from pathlib import Path

from tlcore import exporters, held_jobs, runs
from tlcore.asked import Question, Stage, Standing
from tlcore.errors import RunError
from tlcore.exporters import Parity
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Workspace

__all__ = ["Stage", "Standing", "Tell", "look", "look_at_all", "make_job", "start", "wait"]

Tell = Callable[[Stage | None], None]
"""None while the job waits for its turn."""


def start(workspace: Workspace, run: Run, format: str, *, owner: str = "") -> None:
    """Have an export made, unless it is there or being made. Raises RunError, WorkspaceError, EngineError."""
    question = _checked(workspace, run, format)
    if not question.answered():
        question.start(make_job, str(workspace.home), run.id, format, owner=owner)


def look(workspace: Workspace, run: Run, format: str) -> Standing:
    """How an export of the run's model stands. Fast: for a page that looks again every second."""
    return _question(workspace, run, format).look()


def look_at_all(workspace: Workspace, run: Run) -> dict[str, Standing]:
    """How each format stands; the engine is asked once."""
    jobs = held_jobs.all_held(workspace)
    return {
        format: _question(workspace, run, format).look(lambda key: jobs is None or key in jobs)
        for format in exporters.FORMATS
    }


def wait(workspace: Workspace, run: Run, format: str, tell: Tell = lambda stage: None) -> Parity:
    """What was found of an export, made if need be. Raises RunError with the reason when it cannot be had."""
    question = _checked(workspace, run, format)
    failure = question.wait(make_job, str(workspace.home), run.id, format, tell=tell)
    found = exporters.load(run, format)
    if found is None:
        raise RunError(failure or tr("{name} was changed while it was exported. Try again.", name=run.name))
    return found


def make_job(home: str, run_id: str, format: str) -> None:
    """The job. However it ends is written."""
    workspace = Workspace(Path(home))
    run = runs.load(workspace, run_id)

    def make(tell: exporters.Tell) -> None:
        exporters.make(workspace, run, format, tell)

    _question(workspace, run, format).answer(make)


def _checked(workspace: Workspace, run: Run, format: str) -> Question:
    exporters.get(format)
    exporters.check_has_model(run)
    return _question(workspace, run, format)


def _question(workspace: Workspace, run: Run, format: str) -> Question:
    return Question(
        workspace,
        # Not in the run's folder: one that is deleted meanwhile is not to come to life again.
        workspace.home / "exporting",
        f"{run.id}-{format}",
        f"export-{run.id}-{format}",
        lambda: exporters.load(run, format) is not None,
    )
