"""``thaw project`` and ``thaw log``."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import engines
from tlcore import runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace

Thaw = Callable[..., str]


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> None:
    engines.put_in_place(monkeypatch)


def test_a_project_goes_from_one_home_to_another(
    workspace: Workspace, few: Dataset, tmp_path: Path, thaw: Thaw
) -> None:
    shutil.copytree(few.folder, workspace.datasets / few.id)
    run = runs.create(workspace, Recipe(), few, name="Over")
    run.record("failed", message="No.", seconds={})
    file, here, there = tmp_path / "few.thaw", str(workspace.home), str(tmp_path / "other")
    said = json.loads(thaw("project", "export", few.id, "--out", str(file), "--home", here, "--json"))
    assert (said["file"], said["datasets"], said["bytes"]) == (str(file), [few.id], file.stat().st_size)
    assert said["runs"] == [run.id]
    assert thaw("project", "import", str(file), "--home", there).strip() == few.id
    again = json.loads(thaw("project", "import", str(file), "--home", there, "--json"))
    assert (again["datasets"], again["runs"], again["here"]) == ([], [], 2)
    with pytest.raises(AssertionError, match="There is no file 'none.thaw'"):
        thaw("project", "import", str(tmp_path / "none.thaw"), "--home", there)


def test_logs_are_written_where_it_is_said(home: Workspace, few: Dataset, tmp_path: Path, thaw: Thaw) -> None:
    run = runs.create(home, Recipe(), few, name="Logged")
    figures = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5}
    run.record("epoch", epoch=1, phase=0, **figures, seconds=1.0)
    run.record("failed", message="No.", seconds={})
    out = tmp_path / "logs"
    assert thaw("log", run.id, "--to", "tensorboard", "--out", str(out)).strip() == str(out)
    assert sorted(path.name for path in (out / run.id).iterdir() if path.is_dir()) == ["train", "validation"]
    with pytest.raises(AssertionError, match="Logs are written for tensorboard or mlflow"):
        thaw("log", run.id, "--to", "paper", "--out", str(out))
