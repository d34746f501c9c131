"""kill -9 of the process that trains, at random moments and between the steps of writing a checkpoint."""

import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests import resuming
from tests.faults import attempts
from tlcore import checkpoints, evaluation, runs
from tlcore.datasets import Dataset
from tlcore.runs import Run, Status
from tlcore.workspace import Workspace

KILLS = int(os.environ.get("THAW_TEST_KILLS", "3"))
END_S = 120

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")


@pytest.fixture(scope="module")
def began() -> Callable[..., BaseProcess]:
    """Begin a call in a process of its own, which has TensorFlow imported already, as a worker has."""
    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    context.set_forkserver_preload(["tensorflow", "keras", "tlcore.training", "tests.faults.before_forks"])

    def begin(function: Callable[..., None], workspace: Workspace, run: Run, *args: object) -> BaseProcess:
        run.record("queued")
        process = context.Process(target=function, args=(str(workspace.home), run.id, *args), daemon=True)
        process.start()
        return process

    return begin


@pytest.fixture(scope="module")
def first(
    shared_workspace: Workspace,
    few: Dataset,
    began: Callable[..., BaseProcess],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Run, float]:
    """A run that nothing disturbs, and the seconds that it took in a process like the killed ones."""
    name = resuming.backbone(shared_workspace, tmp_path_factory.mktemp("tiny"))
    run = resuming.new(shared_workspace, few, resuming.recipe(name))
    process = began(attempts.train, shared_workspace, run)
    started_s = until_prepared(run, process, 1)
    ended(process)
    assert run.events()[-1]["event"] == "done", run.events()[-1]
    return run, time.monotonic() - started_s


def until_prepared(run: Run, process: BaseProcess, times: int) -> float:
    """Wait until the job has begun that often; the time of it."""
    deadline_s = time.monotonic() + END_S
    while sum(event["event"] == "preparing" for event in run.events()) < times:
        assert process.is_alive()
        assert time.monotonic() < deadline_s
        process.join(0.005)
    return time.monotonic()


def ended(process: BaseProcess) -> None:
    process.join(END_S)
    assert not process.is_alive()


def test_a_worker_killed_at_random_moments_loses_nothing(
    shared_workspace: Workspace, few: Dataset, began: Callable[..., BaseProcess], first: tuple[Run, float]
) -> None:
    """Each run is killed again and again until it ends by itself; so many deaths in all, in as many runs."""
    undisturbed, whole_s = first
    seed = random.randrange(2**32)
    moments = random.Random(seed)
    kills = 0
    at: list[str] = []
    while kills < KILLS:
        run, attempt = resuming.new(shared_workspace, few, undisturbed.recipe), 0
        while run.events()[-1]["event"] != "done":
            attempt += 1
            process = began(attempts.train, shared_workspace, run)
            until_prepared(run, process, attempt)
            # Once more after the last kill, to the end.
            process.join(moments.uniform(0, whole_s) if kills < KILLS else END_S)
            if process.is_alive():
                process.kill()
                kills += 1
                at.append(run.events()[-1]["event"])
            ended(process)
            status = runs.progress(run, run.events(), alive=False).status
            assert status in (Status.INTERRUPTED, Status.DONE), (seed, run.events()[-1])
        # With what is known of the deaths, to see it again.
        assert (seed, at, resuming.lines(run)) == (seed, at, resuming.lines(undisturbed))
        assert resuming.told_epochs(run) == resuming.told_epochs(undisturbed)
        assert evaluation.load(run) == evaluation.load(undisturbed)


def test_a_worker_killed_after_each_step_of_writing_a_checkpoint(
    shared_workspace: Workspace, few: Dataset, began: Callable[..., BaseProcess], first: tuple[Run, float]
) -> None:
    """The old one or the new one is there, never a torn one; and the end is the same."""
    undisturbed, _ = first
    run = resuming.new(shared_workspace, few, undisturbed.recipe)
    steps = range(1, 10) if KILLS >= 20 else (5, 8)
    for step in steps:
        # In the second checkpoint of each attempt: of the first one all nine steps are done.
        process = began(attempts.train_until_written, shared_workspace, run, 9 + step)
        ended(process)
        found = checkpoints.latest(run.checkpoints)
        assert found.damaged == ()
        assert found.checkpoint is not None
        if process.exitcode == 0:
            break
    if run.events()[-1]["event"] != "done":
        ended(began(attempts.train, shared_workspace, run))
    assert [event for event in run.events() if event["event"] == "damaged"] == []
    assert resuming.lines(run) == resuming.lines(undisturbed)
    assert evaluation.load(run) == evaluation.load(undisturbed)


def test_the_lock_of_a_killed_process_is_free(
    shared_workspace: Workspace, few: Dataset, first: tuple[Run, float], began: Callable[..., BaseProcess]
) -> None:
    """And while it lives, another one waits."""
    undisturbed, _ = first
    run = resuming.new(shared_workspace, few, undisturbed.recipe)
    one = began(attempts.train, shared_workspace, run)
    until_prepared(run, one, 1)
    two = began(attempts.train, shared_workspace, run)
    one.kill()
    ended(two)
    assert sum(event["event"] == "preparing" for event in run.events()) == 2
    assert resuming.lines(run) == resuming.lines(undisturbed)
    assert Path(run.folder / "training.lock").exists()


def test_a_full_disk_pauses_the_run_with_a_sentence(
    shared_workspace: Workspace, few: Dataset, first: tuple[Run, float], began: Callable[..., BaseProcess]
) -> None:
    """The features are there already; the history has room, a checkpoint of the second phase has none."""
    undisturbed, _ = first
    run = resuming.new(shared_workspace, few, undisturbed.recipe)
    largest = max(file.stat().st_size for file in (undisturbed.checkpoints).rglob("*.npz"))
    ended(began(attempts.train_on_a_full_disk, shared_workspace, run, largest - 1))
    final = run.events()[-1]
    assert final["event"] == "interrupted"
    assert final["message"] == (
        "A checkpoint could not be saved (File too large). Free some space; what was saved before is "
        "unharmed. Resume the run: it goes on from its last checkpoint."
    )
    kept = checkpoints.latest(run.checkpoints)
    assert kept.damaged == ()
    assert kept.checkpoint is not None
    assert [entry.name for entry in run.checkpoints.iterdir() if entry.name.startswith(".")] == []
    ended(began(attempts.train, shared_workspace, run))
    assert resuming.lines(run) == resuming.lines(undisturbed)
