"""Taking a model with the engine's worker, here by a stand-in: the real one has tests of its own."""

import shutil
from pathlib import Path

import pytest

from tests import engines
from tests.engines import FakeEngine
from tests.own_models import crafted
from tlcore import own_jobs
from tlcore.backbones import own
from tlcore.engine import JobState, Priority
from tlcore.errors import EngineError, ModelFileError, NotFound
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch, "run")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crafted.saved(crafted.small(), tmp_path_factory.mktemp("own") / "small.keras")


def files(workspace: Workspace) -> list[Path]:
    return [path for path in workspace.home.rglob("*") if path.is_file()]


def test_names_are_resolved(workspace: Workspace, path: Path, crew: FakeEngine) -> None:
    assert own_jobs.resolve(workspace, "vgg16") == "vgg16"
    name = own_jobs.resolve(workspace, str(path))
    assert name == own.list_all(workspace)[0].name
    assert own_jobs.resolve(workspace, str(path)) == name
    assert own_jobs.resolve(workspace, name) == name
    with pytest.raises(ModelFileError, match="There is no file"):
        own_jobs.resolve(workspace, "nowhere.keras")
    with pytest.raises(NotFound):
        own_jobs.resolve(workspace, "run:00000000-00000000")


def test_a_run_is_resolved(
    workspace: Workspace, trained: Run, crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In a workspace of its own: the pages' tests count what is in the shared one.
    shutil.copytree(trained.folder, workspace.runs / trained.id)
    name = own_jobs.resolve(workspace, f"run:{trained.id}")
    (found,) = own.list_all(workspace)
    assert (found.name, found.title, found.origin) == (name, "Shared run", f"run {trained.id}")
    assert found.preprocessing == "none"


def test_a_worker_that_was_killed(workspace: Workspace, path: Path, crew: FakeEngine) -> None:
    crew.does = "lose"
    with pytest.raises(ModelFileError, match="was ended, most likely because it ran out of memory"):
        own_jobs.take(workspace, path)
    assert files(workspace) == []


def test_a_worker_that_has_no_time(workspace: Workspace, path: Path, crew: FakeEngine) -> None:
    crew.does = "hold"
    with pytest.raises(EngineError, match="behind a training"):
        own_jobs.take(workspace, path, wait_s=0.2)
    assert (len(crew.cancelled), files(workspace)) == (1, [])


@pytest.mark.parametrize(
    ("other", "says"), [("0d3f-run", "A training is going on"), ("own-abc", "Another model")]
)
def test_a_page_does_not_wait_behind_others(
    other: str, says: str, workspace: Workspace, path: Path, crew: FakeEngine
) -> None:
    crew.queue[other] = JobState.RUNNING
    with pytest.raises(EngineError, match=says):
        own_jobs.take(workspace, path, behind_others=False)
    assert (list(crew.queue), files(workspace)) == ([other], [])
    taken = own_jobs.take(workspace, path)
    assert own_jobs.take(workspace, path, behind_others=False) == taken, "it is there: no worker is needed"
    # Another worker has nothing to do.
    crew.workers = 2
    assert own_jobs.take(workspace, path, pixels="0-255", behind_others=False).preprocessing == "none"
    assert {*crew.priorities} == {Priority.QUICK}


def test_a_run_does_not_wait_behind_others(workspace: Workspace, trained: Run, crew: FakeEngine) -> None:
    crew.queue["other"] = JobState.QUEUED
    shutil.copytree(trained.folder, workspace.runs / trained.id)
    with pytest.raises(EngineError, match="bring the model when it has ended"):
        own_jobs.take_run(workspace, trained.id, behind_others=False)


def test_what_the_worker_finds(workspace: Workspace, tmp_path: Path, crew: FakeEngine) -> None:
    import keras

    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
    with pytest.raises(ModelFileError, match="'one.keras' cannot be a backbone. Without its last dense"):
        own_jobs.take(workspace, crafted.saved(model, tmp_path / "one.keras"))
    assert files(workspace) == []
