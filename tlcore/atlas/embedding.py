"""The features of a picture of one's own: by the converted graph here, else by Keras in a worker."""

import functools
from pathlib import Path

import numpy as np

from tlcore import asked, engine, images, keras_answers, keras_questions, runs, runtimes, short_jobs
from tlcore.atlas import lens, own_features
from tlcore.atlas.lens import Lens
from tlcore.errors import EngineError
from tlcore.models import Network
from tlcore.picture_features import Floats
from tlcore.runs import Run
from tlcore.runtimes import Pixels, Runner
from tlcore.words import tr
from tlcore.workspace import Workspace

_KEY = "embed-"


def embed(workspace: Workspace, run: Run, picture: Path) -> Floats:
    """(width,), of a picture of a dataset or of ``pictures.keep``, which was made safe already.

    Raises ImageError, RunError, EngineError.
    """
    seen = lens.of(workspace, run)
    pixels = images.load_rgb(picture, seen.image_size_px, seen.fit)[None]
    runner = _kept_runner(workspace, seen.digest)
    found = runner.run(pixels) if runner is not None else _by_worker(workspace, run, pixels)
    return np.asarray(found[0], np.float32)


def _kept_runner(workspace: Workspace, digest: str) -> Runner | None:
    try:
        return _opened(workspace, digest)
    except LookupError:
        return None


# Opening one takes longer than running it. That there is none is not kept: it may be made at any time.
@functools.lru_cache(maxsize=2)
def _opened(workspace: Workspace, digest: str) -> Runner:
    found = runtimes.kept_runner(workspace, digest)
    if found is None:
        raise LookupError(digest)
    return found


def _by_worker(workspace: Workspace, run: Run, pixels: Pixels) -> Floats:
    crew = engine.start_or_find(workspace)
    # Somebody waits for the answer; behind a training they would all that time.
    if short_jobs.others_in_the_way(crew, ours=_KEY):
        raise EngineError(
            tr(
                "The worker is busy, and only it can see what this network sees in a new picture. Try "
                "again when its job has ended."
            )
        )
    return keras_questions.answered(workspace, crew, run, pixels, embed_job, _KEY)


def embed_job(home: str, run_id: str, folder: str) -> None:
    """The job of a picture. However it ends is written into its folder; nothing is raised."""
    try:
        keras_answers.give(Path(folder), run_id, functools.partial(_embedded, Workspace(Path(home)), run_id))
    finally:
        asked.clear_up()


def _embedded(workspace: Workspace, run_id: str, folder: Path) -> Floats:
    run = runs.load(workspace, run_id)
    seen = lens.of(workspace, run)
    pixels = np.load(folder / "pixels.npy", allow_pickle=False)
    return _runner(workspace, run, seen, pixels).run(pixels)


def _runner(workspace: Workspace, run: Run, seen: Lens, pixels: Pixels) -> Runner:
    """With its graph converted on the way: the next picture needs no worker."""
    if seen.plan is None:
        return runtimes.runner(workspace, own_features.prefix(run, seen.digest), pixels)
    network = Network(seen.plan, workspace.weights)
    prefix = network.prefix(seen.plan.phases[0])
    assert prefix is not None, "a backbone frozen whole has a prefix"
    return runtimes.runner(workspace, prefix, pixels)
