"""A worker of the engine that dies, and one that hangs: the run says so, and goes on when it is resumed."""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import resuming
from tlcore import engine, heartbeat, jobs
from tlcore.datasets import Dataset
from tlcore.runs import Run, Status
from tlcore.workspace import Workspace

END_S = 120

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP on Windows")


@pytest.fixture
def with_pictures(workspace: Workspace, shared_workspace: Workspace, few: Dataset) -> Iterator[Workspace]:
    workspace.home.mkdir(parents=True)
    shutil.copytree(shared_workspace.datasets, workspace.datasets)
    yield workspace
    if (crew := engine.find(workspace)) is not None:
        crew.stop()


def until(condition: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + END_S
    while not condition():
        assert time.monotonic() < deadline_s, "what was waited for did not happen"
        time.sleep(0.02)


def trained(run: Run) -> int:
    return max([0, *resuming.told_epochs(run)])


def worker_of(workspace: Workspace, run: Run) -> int:
    crew = engine.find(workspace)
    assert crew is not None
    return next(worker.pid for worker in crew.status().workers if worker.job == run.job_key)


def test_a_worker_that_dies_and_one_that_hangs(
    with_pictures: Workspace, few: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = with_pictures
    phases = [{"epochs": 2}, {"epochs": 1000, "freeze": 4, "learning_rate": 1e-4}]
    recipe = resuming.recipe(resuming.backbone(workspace, tmp_path), phases=phases)
    run = jobs.start(workspace, recipe, few)
    until(lambda: trained(run) > 3)

    os.kill(worker_of(workspace, run), signal.SIGKILL)
    until(lambda: jobs.progress(workspace, run).status is Status.INTERRUPTED)
    told = jobs.progress(workspace, run)
    assert told.message == "The training was interrupted. Resume it: it goes on from its last checkpoint."
    before = trained(run)
    jobs.resume(workspace, run)
    until(lambda: trained(run) > before)

    hung = worker_of(workspace, run)
    os.kill(hung, signal.SIGSTOP)
    try:
        with monkeypatch.context() as patch:
            # Without waiting for a minute.
            patch.setattr(heartbeat, "SILENT_AFTER_S", 2 * heartbeat.EVERY_S)
            until(lambda: jobs.progress(workspace, run).status is Status.STALLED)
        jobs.kill(workspace, run)
    finally:
        # It is gone already, where all is well.
        with contextlib.suppress(ProcessLookupError):
            os.kill(hung, signal.SIGKILL)
    assert jobs.progress(workspace, run).status is Status.INTERRUPTED
    before = trained(run)
    jobs.resume(workspace, run)
    until(lambda: trained(run) > before)

    jobs.stop(workspace, run)
    until(lambda: jobs.progress(workspace, run).status.final)
    assert jobs.progress(workspace, run).status is Status.STOPPED
    assert run.has_model
    assert resuming.told_epochs(run) == list(range(1, trained(run) + 1))
