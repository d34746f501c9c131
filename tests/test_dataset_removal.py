"""A dataset deleted: with its health, not with what others need of it."""

from pathlib import Path

import pytest

from tests import engines, pictures
from tests.engines import FakeEngine
from tlcore import dataset_removal, datasets, health, intake, intake_jobs, intake_records, runs, versions
from tlcore.cli.app import app
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import JobState
from tlcore.errors import DatasetError, NotFound
from tlcore.health import job, store
from tlcore.workspace import Workspace


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return intake.take(workspace, pictures.classes("cats", "dogs", each=6).items(), name="pets")


def test_its_health_goes_with_it_and_other_versions_stay(
    workspace: Workspace, dataset: Dataset, crew: FakeEngine
) -> None:
    version = versions.delete(workspace, dataset, dataset.items[:1])
    for one in (dataset, version):
        store.save(workspace, health.Report(one.id, 12, (), False, 1.0))
        job.question(workspace, one.id).tell("looks", 1, 2)
        (workspace.home / "health" / f"{one.id}.looks1.npz").write_bytes(b"looks")
        (workspace.home / "atlas" / f"{one.id}-0123456789abcdef").mkdir(parents=True)
    dataset_removal.remove(workspace, dataset)
    with pytest.raises(NotFound):
        datasets.load(workspace, dataset.id)
    assert {file.name.partition(".")[0] for file in (workspace.home / "health").iterdir()} == {version.id}
    assert [found.name for found in (workspace.home / "atlas").iterdir()] == [
        f"{version.id}-0123456789abcdef"
    ]
    assert datasets.changes(datasets.load(workspace, version.id)) == []


def test_what_is_in_use_stays(
    workspace: Workspace, dataset: Dataset, crew: FakeEngine, tmp_path: Path
) -> None:
    crew.queue[f"health-{dataset.id}"] = JobState.RUNNING
    with pytest.raises(DatasetError, match="health is being checked"):
        dataset_removal.remove(workspace, dataset)
    crew.queue.clear()
    crew.queue[f"atlas-{dataset.id}-0123456789abcdef-pca"] = JobState.RUNNING
    with pytest.raises(DatasetError, match="being compared"):
        dataset_removal.remove(workspace, dataset)
    crew.queue.clear()
    adding = intake_records.create(workspace, tmp_path, name="more", into=dataset.id)
    crew.queue[adding.job_key] = JobState.RUNNING
    with pytest.raises(DatasetError, match="being added"):
        dataset_removal.remove(workspace, dataset)
    crew.queue.clear()
    run = runs.create(workspace, Recipe(), dataset, name="First")
    with pytest.raises(DatasetError, match=r"1 run used these pictures: 'First'\. Delete them first\."):
        dataset_removal.remove(workspace, dataset)
    assert dataset_removal.users(workspace, dataset.id) == [run]
    assert datasets.load(workspace, dataset.id).folder.is_dir()


def test_one_whose_adding_was_cut_off_can_go(
    workspace: Workspace, dataset: Dataset, crew: FakeEngine, tmp_path: Path
) -> None:
    adding = intake_records.create(workspace, tmp_path, name="more", into=dataset.id)
    assert intake_jobs.look(workspace, adding).status is intake_records.Status.INTERRUPTED
    dataset_removal.remove(workspace, dataset)
    with pytest.raises(NotFound):
        datasets.load(workspace, dataset.id)
    # What nobody works on is stopped at once.
    intake_jobs.stop(workspace, adding)
    assert intake_jobs.look(workspace, adding).status is intake_records.Status.STOPPED


def test_the_command(
    workspace: Workspace, dataset: Dataset, crew: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    app(["datasets", "delete", dataset.id, "--home", str(workspace.home)], standalone_mode=False)
    assert "pets, version 1, is deleted." in capsys.readouterr().err
    assert datasets.list_cards(workspace) == []
