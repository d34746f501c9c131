"""A project handed over and opened on the Data page, and a run's logs on the Export page."""

import io
import shutil
import zipfile
from pathlib import Path

import pytest

from pages.ui import upload_route
from tests import engines
from tests.exporters import tiny_runs
from tests.pages.test_pages import opened, shown
from tests.pages.test_runs_page import click, find, unfold
from tests.pictures import classes, taken
from tlcore import datasets, log_jobs, loggers, project_file, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import JobState
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> None:
    engines.put_in_place(monkeypatch)


@pytest.fixture
def dataset(home: Workspace) -> Dataset:
    return taken(home, classes("cats", "dogs", each=5))


@pytest.fixture
def run(home: Workspace, dataset: Dataset) -> Run:
    run = runs.create(home, Recipe(), dataset, name="First")
    run.record("failed", message="No.", seconds={})
    return run


def test_a_project_is_offered_and_told(dataset: Dataset, run: Run) -> None:
    app = unfold(opened("Data", dataset=dataset.id), "hand_over")
    assert not app.exception
    assert "1 version of the dataset, and 1 run with" in shown(app)
    (link,) = [one for one in app.get("link_button") if one.proto.label.startswith("Download the project")]
    assert link.proto.url.startswith(f"/thaw/projects/{dataset.id}.thaw?language=en&signature=")


def test_a_project_is_opened_and_its_dataset_chosen(
    dataset: Dataset, run: Run, home: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "p.thaw"
    project_file.write(project_file.gather(home, dataset.id), file)
    other = Workspace(tmp_path / "other")
    monkeypatch.setenv("THAW_HOME", str(other.home))
    app = unfold(opened("Data"), "open_project")
    assert find(app, "button", "Open it").disabled
    app.file_uploader[0].upload("p.thaw", file.read_bytes(), "application/octet-stream").run()
    click(app, "Open it")
    assert [one.id for one in datasets.list_cards(other)] == [dataset.id]
    assert [one.id for one in runs.list_all(other)] == [run.id]
    assert (app.query_params["dataset"], app.query_params["run"]) == (dataset.id, run.id)
    assert "is open: 1 version and 1 run came in" in app.success[0].value.replace("\\", "")


def test_a_project_is_opened_where_it_lies(
    dataset: Dataset, run: Run, home: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is here already is told, and stays."""
    file = tmp_path / "p.thaw"
    project_file.write(project_file.gather(home, dataset.id), file)
    monkeypatch.setattr(upload_route, "is_local", lambda headers: True)
    app = unfold(opened("Data"), "open_project")
    find(app, "text_input", "Or a file of this computer").set_value("p.thaw")
    click(app, "Open this file")
    assert "There is no file of this name. Give the whole path" in app.error[0].value.replace("\\", "")
    find(app, "text_input", "Or a file of this computer").set_value(str(file))
    click(app, "Open this file")
    assert app.query_params["dataset"] == dataset.id
    assert "2 of the file's were here already" in app.success[0].value.replace("\\", "")


def test_a_file_that_is_no_project_is_a_sentence(home: Workspace) -> None:
    app = unfold(opened("Data"), "open_project")
    app.file_uploader[0].upload("p.thaw", b"PK\x03\x04 cut short", "application/octet-stream").run()
    click(app, "Open it")
    assert "The zip is cut short or damaged" in app.error[0].value
    assert datasets.list_cards(home) == []


def test_logs_are_written_by_a_worker_and_taken_away(
    home: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew = engines.put_in_place(monkeypatch)
    run = tiny_runs.bare(home, dataset)
    app = unfold(opened("Export", run=run.id), "run_logs")
    app.button(key="write_logs").click().run()
    assert crew.submitted == [("make_job", str(home.home), run.id)]
    assert "Writing the logs …" in [bar.proto.text for bar in app.get("progress")]
    crew.queue = {}
    log_jobs.file_of(run).write_bytes(b"zip")
    app.run()
    labels = [one.proto.label for one in app.get("link_button")]
    assert "Download the TensorBoard logs" in labels
    assert f"thaw log {run.id} --to mlflow --out FOLDER" in [one.value for one in app.code]


def test_without_the_library_the_page_says_how_to_have_it(
    home: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loggers, "is_there", lambda name: False)
    app = unfold(opened("Export", run=tiny_runs.bare(home, dataset).id), "run_logs")
    assert "pip install 'thaw-studio[tensorboard]'" in shown(app).replace("\\", "")
    assert "write_logs" not in {button.key for button in app.button}


def test_the_job_writes_the_zip_and_anew_after_more_epochs(
    home: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew = engines.put_in_place(monkeypatch, "run")
    run = runs.create(home, Recipe(), dataset, name="Logged")
    figures = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5}
    run.record("epoch", epoch=1, phase=0, **figures, seconds=1.0)
    run.record("failed", message="No.", seconds={})
    log_jobs.start(home, run)
    assert log_jobs.look(home, run).is_there
    with zipfile.ZipFile(io.BytesIO(log_jobs.file_of(run).read_bytes())) as archive:
        folders = {name.split("/")[1] for name in archive.namelist() if name.count("/") > 1}
    assert folders == {"train", "validation"}
    crew.queue = {run.job_key: JobState.QUEUED}
    run.record("extended", epochs=1)
    assert not log_jobs.look(home, run).is_there
    shutil.rmtree(home.home / "exporting", ignore_errors=True)
    log_jobs.make_job(str(home.home), run.id)
    assert "cannot be logged now" in str(log_jobs.look(home, run).failure)
