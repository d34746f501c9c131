"""One at a time changes what becomes of a run: it is queued again, or deleted, or brought back, or cleaned.

The lock lies outside of the run's folder, which may be moved while it is held.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from tlcore.errors import RunError
from tlcore.words import tr
from tlcore.workspace import Workspace

# A resume reads all pictures, and waits for the worker that had the run.
WAIT_S = 5.0


@contextmanager
def held(workspace: Workspace, run_id: str, *, patiently: bool = False) -> Iterator[None]:
    """Raises RunError when somebody else holds it for long; ``patiently`` waits for as long as it takes."""
    lock = FileLock(workspace.locks / f"{run_id}.run")
    try:
        lock.acquire(timeout=-1 if patiently else WAIT_S)
    except Timeout as error:
        raise RunError(
            tr("This run is being resumed or deleted by somebody just now. Try again in a moment.")
        ) from error
    try:
        yield
    finally:
        lock.release()
