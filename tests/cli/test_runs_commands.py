"""``thaw runs`` and ``thaw disk``, with a stand-in for the engine."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import engines
from tests.engines import FakeEngine
from tlcore import runs, trash
from tlcore.cli.app import app
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import NotFound
from tlcore.runs import Run
from tlcore.workspace import Workspace

Thaw = Callable[..., str]


@pytest.fixture(autouse=True)
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture
def run(home: Workspace, few: Dataset) -> Run:
    run = runs.create(home, Recipe(), few, name="First")
    run.record("done", val_accuracy=0.75, test_accuracy=None, seconds={"total": 12.5})
    return run


def rows(thaw: Thaw, *words: str) -> list[dict[str, Any]]:
    return json.loads(thaw("runs", *words, "--json"))


def test_a_run_is_told_whole(run: Run, thaw: Thaw) -> None:
    thaw("runs", "note", run.id, "the owls")
    thaw("runs", "rename", run.id, "Other")
    thaw("runs", "pin", run.id)
    (row,) = rows(thaw)
    assert (row["name"], row["note"], row["pinned"]) == ("Other", "the owls", True)
    assert (row["validation"], row["seconds"], row["status"]) == (0.75, 12.5, "done")
    assert row["bytes"] > 500
    assert "(pinned)" in thaw("runs")
    thaw("runs", "unpin", run.id)
    thaw("runs", "note", run.id)
    assert [(row["note"], row["pinned"]) for row in rows(thaw)] == [("", False)]


def test_deleting_and_having_back(run: Run, home: Workspace, thaw: Thaw) -> None:
    thaw("runs", "delete", run.id)
    assert rows(thaw) == []
    assert [row["run"] for row in rows(thaw, "--deleted")] == [run.id]
    assert run.id in thaw("runs", "--deleted")
    thaw("runs", "undelete", run.id)
    assert runs.list_all(home) == [run]
    with pytest.raises(AssertionError, match="There is no deleted run"):
        thaw("runs", "undelete", run.id)


def test_a_damaged_run_is_said_and_deleted(
    run: Run, home: Workspace, thaw: Thaw, capsys: pytest.CaptureFixture[str]
) -> None:
    (run.folder / "run.json").write_text("{")
    assert app(["runs", "--json"], standalone_mode=False) in (None, 0)
    assert f"It can be deleted: thaw runs delete {run.id}" in " ".join(capsys.readouterr().err.split())
    thaw("runs", "delete", run.id)
    assert runs.list_damaged(home) == []
    assert [row["run"] for row in rows(thaw, "--deleted")] == [run.id]


def test_a_run_goes_from_one_home_to_another(run: Run, thaw: Thaw, tmp_path: Path) -> None:
    file, other = tmp_path / "run.zip", str(tmp_path / "other")
    assert thaw("runs", "export", run.id, "--out", str(file)).strip() == str(file)
    assert json.loads(thaw("runs", "export", run.id, "--out", str(file), "--json")) == {"file": str(file)}
    row = json.loads(thaw("runs", "import", str(file), "--home", other, "--json"))
    assert (row["run"], row["name"], row["status"]) == (run.id, "First", "done")
    # Said before the word it counts as well.
    assert json.loads(thaw("runs", "--home", other, "--json"))[0] == row
    with pytest.raises(AssertionError, match="is here already"):
        thaw("runs", "--home", other, "import", str(file))


def test_latest_is_the_newest_with_a_model(run: Run, home: Workspace, thaw: Thaw) -> None:
    with pytest.raises(AssertionError, match="There is no finished run yet"):
        thaw("runs", "rename", "latest", "x")
    run.model_file.write_bytes(b"")
    run.evaluation_file.write_text("{}")
    thaw("runs", "rename", "latest", "x")
    assert runs.load(home, run.id).name == "x"


def test_the_disk_is_told_and_cleaned(run: Run, home: Workspace, thaw: Thaw) -> None:
    trash.delete(home, run)
    told = json.loads(thaw("disk", "--keep-days", "0", "--json"))
    assert told["kinds"]["trash"]["bytes"] == told["kinds"]["trash"]["removable"] > 0
    assert told["bytes"] >= told["kinds"]["trash"]["bytes"]
    assert "trash" in thaw("disk")
    assert json.loads(thaw("disk", "clean", "--json"))["what"] == []
    dry = json.loads(thaw("disk", "clean", "--keep-days", "0", "--dry-run", "--json"))
    assert (dry["removed"], [one["id"] for one in dry["what"]]) == (False, [run.id])
    assert json.loads(thaw("disk", "clean", "--kind", "graphs", "--keep-days", "0", "--json"))["what"] == []
    gone = json.loads(thaw("disk", "clean", "--keep-days", "0", "--json"))
    assert (gone["removed"], gone["what"]) == (True, dry["what"])
    with pytest.raises(NotFound):
        trash.undelete(home, run.id)
