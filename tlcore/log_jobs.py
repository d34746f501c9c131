"""Asking for a run's TensorBoard logs: written in the engine, since their library brings TensorFlow along.

They lie in the run's folder as a zip, and are written anew once the run was trained on.
"""

import io
import zipfile
from pathlib import Path

from tlcore import loggers, runs
from tlcore.asked import Question, Standing
from tlcore.runs import Run
from tlcore.workspace import Workspace, write_atomic

__all__ = ["file_of", "look", "make_job", "start"]

TOOL = "tensorboard"


def file_of(run: Run) -> Path:
    return run.folder / "tensorboard.zip"


def start(workspace: Workspace, run: Run, *, owner: str = "") -> None:
    """Have them written, unless they are. Raises RunError, WorkspaceError, EngineError."""
    loggers.check(TOOL)
    question = _question(workspace, run)
    if not question.answered():
        question.start(make_job, str(workspace.home), run.id, owner=owner)


def look(workspace: Workspace, run: Run) -> Standing:
    """How they stand. Fast: for a page that looks again every second."""
    return _question(workspace, run).look()


def make_job(home: str, run_id: str) -> None:
    """The job. However it ends is written."""
    workspace = Workspace(Path(home))
    run = runs.load(workspace, run_id)
    _question(workspace, run).answer(lambda tell: _make(workspace, run))


def _make(workspace: Workspace, run: Run) -> None:
    with workspace.scratch() as scratch:
        folder = Path(scratch) / "logs"
        loggers.write(workspace, run, TOOL, folder)
        # Some ten kilobytes.
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                archive.write(path, path.relative_to(folder).as_posix())
        # A run that was deleted meanwhile is not to come to life again.
        write_atomic(file_of(run), file.getvalue(), make_folder=False)


def _question(workspace: Workspace, run: Run) -> Question:
    return Question(
        workspace, workspace.home / "exporting", f"{run.id}-{TOOL}", f"log-{run.id}", lambda: _is_newest(run)
    )


def _is_newest(run: Run) -> bool:
    try:
        return file_of(run).stat().st_mtime_ns >= run.history_file.stat().st_mtime_ns
    except OSError:
        return False
