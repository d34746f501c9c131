import json
import time
from pathlib import Path

import pytest

from tests import engines
from tests.engines import FakeEngine
from tlcore import about, runs, trash
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import JobState
from tlcore.errors import NotFound, RunError, WorkspaceError
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture
def run(workspace: Workspace, few: Dataset, crew: FakeEngine) -> Run:
    run = runs.create(workspace, Recipe(), few, name="First")
    run.record("done", val_accuracy=1.0, seconds={})
    return run


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def deleted_days_ago(workspace: Workspace, run: Run, days: float) -> None:
    trash.delete(workspace, run)
    file = workspace.trash / run.id / "deleted.json"
    file.write_text(json.dumps({"name": run.name, "at_s": time.time() - days * trash.DAY_S}))


def test_a_deleted_run_is_gone_and_can_be_had_back(workspace: Workspace, run: Run) -> None:
    before = contents(run.folder)
    trash.delete(workspace, run)
    assert runs.list_all(workspace) == []
    with pytest.raises(NotFound):
        runs.load(workspace, run.id)
    (deleted,) = trash.list_all(workspace)
    assert (deleted.id, deleted.name) == (run.id, "First")
    assert deleted.size_bytes > 0
    assert trash.undelete(workspace, run.id) == run
    assert contents(run.folder) == before
    assert trash.list_all(workspace) == []


def test_it_can_be_deleted_again(workspace: Workspace, run: Run) -> None:
    for _ in range(2):
        trash.delete(workspace, run)
        trash.undelete(workspace, run.id)
    assert runs.list_all(workspace) == [run]


@pytest.mark.parametrize("events", [[], ["preparing"]])
def test_what_is_under_way_is_not_deleted(
    workspace: Workspace, few: Dataset, crew: FakeEngine, events: list[str]
) -> None:
    run = runs.create(workspace, Recipe(), few, name="Busy")
    for event in events:
        run.record(event)
    crew.queue = {run.job_key: JobState.RUNNING if events else JobState.QUEUED}
    with pytest.raises(RunError, match=r"Busy is (queued|preparing), so it cannot be deleted now\. Stop it"):
        trash.delete(workspace, run)
    crew.silent = True
    with pytest.raises(RunError, match="cannot be deleted now"):
        trash.delete(workspace, run)
    assert runs.list_all(workspace) == [run]


def test_a_pinned_run_is_not_deleted(workspace: Workspace, run: Run) -> None:
    about.pin(run.folder)
    with pytest.raises(RunError, match=r"First is pinned.*Unpin it first"):
        trash.delete(workspace, runs.load(workspace, run.id))


def test_the_second_of_two_tabs_is_told(workspace: Workspace, run: Run) -> None:
    trash.delete(workspace, run)
    with pytest.raises(WorkspaceError):
        trash.delete(workspace, run)
    trash.undelete(workspace, run.id)
    with pytest.raises(NotFound, match="There is no deleted run"):
        trash.undelete(workspace, run.id)


def test_a_run_that_is_here_again_is_not_overwritten(workspace: Workspace, run: Run) -> None:
    trash.delete(workspace, run)
    run.folder.mkdir()
    with pytest.raises(RunError, match="is here again already"):
        trash.undelete(workspace, run.id)
    assert [one.id for one in trash.list_all(workspace)] == [run.id]


def test_the_trash_is_emptied_of_what_is_old(workspace: Workspace, run: Run, few: Dataset) -> None:
    deleted_days_ago(workspace, run, trash.KEPT_DAYS + 1)
    other = runs.create(workspace, Recipe(), few)
    other.record("failed", message="")
    trash.delete(workspace, other)
    assert [one.id for one in trash.list_all(workspace)] == [other.id]
    assert [one.id for one in trash.empty(workspace)] == [other.id]
    assert [*workspace.trash.iterdir()] == []


def test_a_damaged_run_is_deleted_and_had_back(workspace: Workspace, run: Run, crew: FakeEngine) -> None:
    with pytest.raises(NotFound, match="There is no damaged run"):
        trash.delete_damaged(workspace, run.id)
    about.pin(run.folder)
    whole = (run.folder / "run.json").read_bytes()
    (run.folder / "run.json").write_text("{")
    assert [one.id for one in runs.list_damaged(workspace)] == [run.id]
    crew.queue = {run.job_key: JobState.RUNNING}
    with pytest.raises(RunError, match="A worker is at work on this run"):
        trash.delete_damaged(workspace, run.id)
    crew.queue = {}
    trash.delete_damaged(workspace, run.id)
    assert runs.list_damaged(workspace) == []
    assert [one.id for one in trash.list_all(workspace)] == [run.id]
    assert trash.undelete(workspace, run.id) is None
    assert [one.id for one in runs.list_damaged(workspace)] == [run.id]
    (run.folder / "run.json").write_bytes(whole)
    assert runs.load(workspace, run.id).name == "First"


def test_one_whose_label_is_damaged_can_be_had_back(workspace: Workspace, run: Run) -> None:
    trash.delete(workspace, run)
    (workspace.trash / run.id / "deleted.json").write_text("[")
    assert [one.name for one in trash.list_all(workspace)] == [run.id]
    assert trash.undelete(workspace, run.id) == run
