"""A question about pictures that only a worker can answer, since it has Keras: asked as a short job."""

from collections.abc import Callable
from pathlib import Path

from tlcore import keras_answers, runtimes, short_jobs
from tlcore.engine import Engine
from tlcore.errors import EngineError, RunError
from tlcore.runs import Run
from tlcore.short_jobs import Outcome
from tlcore.words import tr
from tlcore.workspace import Workspace


def answered(
    workspace: Workspace,
    crew: Engine,
    run: Run,
    pixels: runtimes.Pixels,
    job: Callable[[str, str, str], None],
    key: str,
) -> runtimes.Numbers:
    """What ``job(home, run_id, folder)`` makes of ``pixels``, (n, size, size, 3), RGB, 0–255; (n, ...).

    ``key``: how the job's name begins. Raises RunError, EngineError, WorkspaceError.
    """
    with workspace.scratch() as scratch:
        folder = Path(scratch)
        keras_answers.ask(folder, pixels)
        outcome = short_jobs.run(
            crew,
            f"{key}{folder.name}",
            job,
            str(workspace.home),
            run.id,
            scratch,
            ended=lambda: keras_answers.is_there(folder),
        )
        if outcome is Outcome.ENDED:
            return keras_answers.read(folder)
    if outcome is Outcome.LOST:
        raise RunError(
            tr(
                "The worker that looked at the picture was ended, most likely because it ran out of "
                "memory. Try again."
            )
        )
    raise EngineError(tr("The worker has had no time for the picture. Try again later."))
