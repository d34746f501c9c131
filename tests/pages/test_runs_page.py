"""The list of runs, and what can be done with one."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import download_route
from tests import asgi, engines
from tests.engines import FakeEngine
from tests.pages.test_pages import opened, shown
from tlcore import about, run_files, runs, trash
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import JobState
from tlcore.runs import Run
from tlcore.workspace import Workspace

HOSTILE = "![](http://127.0.0.1:9/x.png) **b** <img src=x>"


@pytest.fixture(autouse=True)
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture
def few_here(home: Workspace, few: Dataset) -> Dataset:
    shutil.copytree(few.folder, home.datasets / few.id)
    return few


@pytest.fixture
def run(home: Workspace, few_here: Dataset) -> Run:
    run = runs.create(home, Recipe().changed("phases.0.epochs", 7), few_here, name="First")
    run.record("done", val_accuracy=0.75, test_accuracy=None, seconds={"total": 12.5})
    return run


def find(app: AppTest, kind: str, label: str) -> Any:
    return next(one for one in app.get(kind) if one.label == label)


def labels(app: AppTest, kind: str) -> list[str]:
    return [one.label for one in app.get(kind)]


def click(app: AppTest, label: str) -> AppTest:
    find(app, "button", label).click().run()
    assert not app.exception
    return app


def unfold(app: AppTest, key: str) -> AppTest:
    app.session_state[key] = True
    return app.run()


def test_the_list_tells_what_became_of_each(home: Workspace, run: Run, few: Dataset) -> None:
    other = runs.create(home, Recipe(), few, name="Other")
    other.record("failed", message="The loss became infinite.", seconds={})
    about.pin(other.folder)
    app = opened("Runs")
    table = app.dataframe[0].value.set_index("Name")
    assert {*table.index} == {"Other", "First"}
    first = table.loc["First"]
    assert (first["Status"], first["Validation"], first["Took"]) == ("done", 0.75, 12.5)
    assert (first["Dataset"], first["Recipe"]) == ("few", run.recipe.summary())
    assert first["Size"] > 500
    assert (table.loc["Other", "Pinned"], first["Pinned"]) == (True, None)
    assert "Delete" not in labels(app, "button")


def test_a_run_is_renamed_noted_and_pinned(home: Workspace, run: Run) -> None:
    app = opened("Runs", run=run.id)
    find(app, "text_input", "Name").set_value(HOSTILE).run()
    find(app, "text_area", "Note").set_value("one\ntwo").run()
    find(app, "toggle", "Pinned").set_value(True).run()
    found = runs.load(home, run.id)
    assert (found.name, found.note, found.pinned) == (HOSTILE, "one\ntwo", True)
    assert find(app, "button", "Delete").disabled
    assert r"\!\[\]\(http" in [header.value for header in app.header][0]
    assert HOSTILE not in shown(app)


def test_a_name_without_letters_is_refused(home: Workspace, run: Run) -> None:
    app = opened("Runs", run=run.id)
    find(app, "text_input", "Name").set_value("  ").run()
    assert "A run needs a name" in app.error[0].value
    assert find(app, "text_input", "Name").value == "First"


def test_a_deleted_run_comes_back_with_undo(home: Workspace, run: Run) -> None:
    app = click(opened("Runs", run=run.id), "Delete")
    assert runs.list_all(home) == []
    assert "First was deleted." in shown(app)
    assert "run" not in app.query_params
    click(app, "Undo")
    assert runs.list_all(home) == [run]
    assert app.query_params["run"] == run.id
    assert "Undo" not in labels(app, "button")


def test_deleted_runs_are_listed_and_emptied(home: Workspace, run: Run, few: Dataset) -> None:
    trash.delete(home, run)
    app = unfold(opened("Runs"), "deleted_runs")
    assert "First · " in shown(app)
    click(app, "Take back")
    assert runs.list_all(home) == [run]
    trash.delete(home, run)
    click(app.run(), "Empty it")
    assert trash.list_all(home) == []


def test_a_run_under_way_can_be_stopped_but_not_deleted(
    home: Workspace, few_here: Dataset, crew: FakeEngine
) -> None:
    run = runs.create(home, Recipe(), few_here, name="Busy")
    run.record("preparing")
    crew.queue = {run.job_key: JobState.RUNNING}
    app = opened("Runs", run=run.id)
    assert find(app, "button", "Delete").disabled
    assert {"Stop", "Use its recipe"} <= {*labels(app, "button")}
    assert "Download" not in labels(app, "link_button")


@pytest.mark.parametrize(
    ("event", "way"), [("stopped", "Resume"), ("failed", "Resume"), ("done", "Train on")]
)
def test_what_has_ended_can_go_on(home: Workspace, few_here: Dataset, event: str, way: str) -> None:
    run = runs.create(home, Recipe(), few_here)
    run.record(event, val_accuracy=0.5, message="", seconds={})
    assert way in labels(opened("Runs", run=run.id), "button")


def test_its_recipe_opens_the_model_page(home: Workspace, run: Run) -> None:
    app = opened("Runs", run=run.id)
    click(app, "Use its recipe")
    assert [title.value for title in app.title] == ["Model"]
    assert (app.query_params["recipe"], app.query_params["dataset"]) == (run.recipe.id, run.dataset_id)


def test_what_is_downloaded_can_be_brought_in(
    home: Workspace, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("Runs", run=run.id)
    (link,) = app.get("link_button")
    assert link.proto.label == "Download"
    file = tmp_path / "run.zip"
    here = {"host": "localhost:8501"}
    status, _, content = asgi.answer(download_route.routes(), "GET", link.proto.url, here)
    assert status == 200
    file.write_bytes(content)
    assert [*(home.home / "scratch").iterdir()] == []
    other = Workspace(tmp_path / "other")
    monkeypatch.setenv("THAW_HOME", str(other.home))
    app = unfold(opened("Runs"), "bring_run")
    assert find(app, "button", "Bring it in").disabled
    app.file_uploader[0].upload(run_files.file_name(run), file.read_bytes(), "application/zip").run()
    click(app, "Bring it in")
    assert [one.id for one in runs.list_all(other)] == [run.id]
    assert app.query_params["run"] == run.id
    click(app, "Bring it in")
    assert "is here already, as 'First'. Nothing was changed" in app.error[0].value.replace("\\", "")


def test_the_disk_is_told_and_cleaned(home: Workspace, run: Run) -> None:
    (run.folder / "checkpoints" / "1").mkdir(parents=True)
    (run.folder / "checkpoints" / "1" / "weights.npz").write_bytes(bytes(5_000_000))
    app = unfold(opened("Runs"), "disk_use")
    table = app.dataframe[1].value.set_index("Kind")
    assert table.loc["Checkpoints", "Size"] == 5_000_000
    assert find(app, "button", "Nothing to clean up").disabled
    find(app, "number_input", "Spare what was of use in the last days").set_value(0).run()
    assert app.dataframe[1].value.set_index("Kind").loc["Checkpoints", "Can be freed"] == 5_000_000
    click(app, "Free 5 MB")
    assert "5 MB freed." in [one.value for one in app.success]
    assert not (run.folder / "checkpoints").exists()
    assert runs.list_all(home) == [run]


def test_a_damaged_run_is_said_and_hides_no_other(home: Workspace, run: Run, few: Dataset) -> None:
    damaged = runs.create(home, Recipe(), few)
    (damaged.folder / "run.json").write_text("{")
    app = opened("Runs")
    assert list(app.dataframe[0].value["Name"]) == ["First"]
    assert "is damaged and cannot be read" in shown(app)
    click(app, "Delete this run")
    assert "is damaged" not in shown(app)
    assert "was deleted." in shown(app)
    click(app, "Undo")
    assert "is damaged and cannot be read" in shown(app)
    assert "Undo" not in labels(app, "button")


def test_the_engine_is_asked_once_for_the_list(home: Workspace, few_here: Dataset, crew: FakeEngine) -> None:
    for number in range(5):
        crew.queue[runs.create(home, Recipe(), few_here, name=f"Run {number}").job_key] = JobState.QUEUED
    for page in ("Compare", "Runs"):
        crew.asked = 0
        app = opened(page)
        assert [len(table.value) for table in app.dataframe] == ([5] if page == "Runs" else [])
        # Once for the table; the fragment that looks again asks as often.
        assert crew.asked == (1 if page == "Compare" else 2)
