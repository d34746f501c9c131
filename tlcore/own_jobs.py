"""Models brought as backbones: looked through here, measured by the engine's worker."""

from pathlib import Path

from tlcore import engine, own_measure, runs, short_jobs
from tlcore.backbones import own_intake
from tlcore.backbones.own import OwnBackbone
from tlcore.engine import Engine
from tlcore.errors import EngineError, ModelFileError
from tlcore.short_jobs import WAIT_S, Outcome
from tlcore.words import tr
from tlcore.workspace import Workspace

RUN = "run:"
_KEY = "own-"


def take(
    workspace: Workspace,
    source: Path | bytes,
    *,
    name: str = "",
    title: str = "",
    origin: str = "",
    pixels: str = "auto",
    id: str = "",
    behind_others: bool = True,
    wait_s: float = WAIT_S,
) -> OwnBackbone:
    """A ``.keras`` file as a backbone, its name in recipes ``own:<id>``. Waits for the worker.

    ``behind_others``: also for a worker that has something else to do; if not, that raises EngineError at
    once. A model that was taken before needs no worker. ``id``: of one that comes from another Thaw.
    Raises ModelFileError, WorkspaceError or EngineError; nothing is left half-made.
    """

    def measure(folder: Path) -> None:
        _measure(workspace, folder, behind_others, wait_s)

    return own_intake.take(
        workspace, source, measure=measure, name=name, title=title, origin=origin, pixels=pixels, id=id
    )


def take_run(
    workspace: Workspace, run_id: str, *, behind_others: bool = True, wait_s: float = WAIT_S
) -> OwnBackbone:
    """The model of an earlier run as a backbone. Raises NotFound, and what ``take`` raises."""
    run = runs.load(workspace, run_id)
    if not run.model_file.is_file():
        raise ModelFileError(
            tr("The run {name!r} has no model yet. Train it to the end first.", name=run.name)
        )
    # A Thaw model scales the pixels itself.
    return take(
        workspace,
        run.model_file,
        title=run.name,
        origin=tr("run {run}", run=run.id),
        pixels="0-255",
        behind_others=behind_others,
        wait_s=wait_s,
    )


def resolve(workspace: Workspace, name: str) -> str:
    """A backbone's name in a recipe: a ``.keras`` file or ``run:<id>`` is taken in first, others stay."""
    if name.startswith(RUN):
        return take_run(workspace, name.removeprefix(RUN)).name
    if name.endswith(".keras"):
        path = Path(name).expanduser()
        if not path.exists():
            raise ModelFileError(
                tr("There is no file {name!r}. Give the path of a .keras file that is there.", name=name)
            )
        return take(workspace, path).name
    return name


def _measure(workspace: Workspace, folder: Path, behind_others: bool, wait_s: float) -> None:
    crew = engine.start_or_find(workspace)
    if not behind_others:
        _check_free(crew)
    # By its folder, not its id: two people who bring the same file have a job each.
    key = f"{_KEY}{folder.parent.name}"
    outcome = short_jobs.run(
        crew, key, own_measure.measure_job, str(folder), ended=lambda: _ended(folder), wait_s=wait_s
    )
    if outcome is Outcome.LOST:
        raise ModelFileError(
            tr(
                "The worker that measured the model was ended, most likely because it ran out of memory. "
                "Use a smaller network, or try again."
            )
        )
    if outcome is Outcome.NOT_BEGUN:
        raise EngineError(
            tr(
                "The model waited {seconds:.0f} seconds behind a training. Try again when that has ended.",
                seconds=wait_s,
            )
        )
    if outcome is Outcome.NOT_ENDED:
        raise ModelFileError(
            tr(
                "The model was not measured within {seconds:.0f} seconds. Use a smaller network.",
                seconds=wait_s,
            )
        )


def _check_free(crew: Engine) -> None:
    others = short_jobs.others_in_the_way(crew)
    if not others:
        return
    if all(key.startswith(_KEY) for key in others):
        raise EngineError(tr("Another model is being looked at; bring this one again in a moment."))
    raise EngineError(tr("A training is going on; bring the model when it has ended."))


def _ended(folder: Path) -> bool:
    return own_intake.meta_file(folder).is_file() or own_intake.failed_file(folder).is_file()
