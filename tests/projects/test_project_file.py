"""A whole project as one file, opened by another Thaw: what comes along, and what can be done with it."""

import hashlib
import io
import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import h5py
import pytest

from tests import engines, resuming
from tests.engines import FakeEngine
from tests.own_models import crafted
from tlcore import (
    about,
    confidence,
    datasets,
    evaluation,
    exporters,
    project_file,
    project_import,
    recipes,
    runs,
    training,
    trash,
    versions,
)
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import JobState
from tlcore.errors import ModelFileError, NotFound, NotSaved, RunError
from tlcore.predict import Predictor
from tlcore.runs import Run, Status
from tlcore.workspace import Workspace


@pytest.fixture(autouse=True)
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """Jobs are done at once, where they are asked for."""
    return engines.put_in_place(monkeypatch, "run")


@pytest.fixture
def sender(trained: Run, few: Dataset, tmp_path: Path) -> Workspace:
    """Ours with the trained run alone: what other tests leave in the shared one does not matter here."""
    space = Workspace(tmp_path / "sender")
    shutil.copytree(few.folder, space.datasets / few.id)
    shutil.copytree(trained.folder, space.runs / trained.id)
    return space


@pytest.fixture
def other(tmp_path: Path) -> Workspace:
    """Somebody else's Thaw."""
    return Workspace(tmp_path / "other")


def handed_over(workspace: Workspace, dataset: Dataset, folder: Path) -> Path:
    file = folder / project_file.file_name(dataset)
    project_file.write(project_file.gather(workspace, dataset.id), file)
    return file


def kept_files(workspace: Workspace) -> list[str]:
    kept = (path for path in workspace.home.rglob("*") if path.is_file())
    return sorted(path.relative_to(workspace.home).as_posix() for path in kept)


def test_a_project_is_opened_whole_and_once(
    shared_workspace: Workspace, few: Dataset, sender: Workspace, other: Workspace, tmp_path: Path
) -> None:
    (trained,) = runs.list_all(sender)
    confidence.use(trained, 0.6)
    file = handed_over(sender, few, tmp_path)
    sure = confidence.chosen(trained)
    told: list[tuple[int, int]] = []
    brought = project_import.take(other, file, lambda done, total: told.append((done, total)))
    assert (brought.here, brought.notes) == (0, ())
    assert brought.dataset.items == few.items
    assert datasets.changes(brought.dataset) == []
    assert trained.id in brought.runs
    assert told[-1][0] == told[-1][1] == len({item.file for item in few.items}) + len(brought.runs)

    run = runs.load(other, trained.id)
    # Whether it was exported is of its own place.
    assert replace(run, folder=trained.folder) == replace(trained, note=run.note, exported=False)
    assert run.events() == trained.events()
    assert evaluation.load(run) == evaluation.load(trained)
    assert confidence.chosen(run) == sure != confidence.NONE
    assert recipes.load(other, trained.recipe.id) == trained.recipe

    before = kept_files(other)
    again = project_import.take(other, file)
    assert (again.datasets, again.runs) == ((), ())
    assert again.here == 1 + len(brought.runs)
    assert kept_files(other) == before


@pytest.fixture(scope="module")
def made_on_own(few: Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, str, str]:
    """A finished run on a tiny network of a person's own, on a dataset with versions; once for all tests."""
    folder = tmp_path_factory.mktemp("own")
    home = Workspace(folder / "home")
    first = datasets.resplit(home, copied(few, home), val_fraction=0.25, test_fraction=0.0, seed=1)
    recipe = resuming.recipe(resuming.backbone(home, folder), phases=[{"epochs": 2}])
    run = resuming.new(home, first, recipe)
    training.train(home, run)
    return home, versions.rename_class(home, first, "bird", "owl").id, run.id


@pytest.fixture
def on_own(made_on_own: tuple[Workspace, str, str], workspace: Workspace) -> tuple[Dataset, Run]:
    home, dataset_id, run_id = made_on_own
    shutil.copytree(home.home, workspace.home)
    return datasets.load(workspace, dataset_id), runs.load(workspace, run_id)


def copied(dataset: Dataset, workspace: Workspace) -> Dataset:
    shutil.copytree(dataset.folder, workspace.datasets / dataset.id)
    return datasets.load(workspace, dataset.id)


def test_a_run_on_ones_own_network_is_trained_on_as_it_would_be_here(
    on_own: tuple[Dataset, Run], workspace: Workspace, other: Workspace, tmp_path: Path
) -> None:
    """All versions come along, their pictures once, with the network and the newest checkpoint."""
    dataset, run = on_own
    file = handed_over(workspace, dataset, tmp_path)
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    assert sum(name.startswith("images/") for name in names) == len({item.file for item in dataset.items})
    assert f"runs/{run.id}/checkpoints/2/weights.npz" in names
    assert f"backbones/{run.recipe.backbone.name.removeprefix('own:')}/model.keras" in names

    brought = project_import.take(other, file)
    assert [*brought.datasets] == sorted(card.id for card in datasets.list_cards(workspace))
    assert (brought.dataset.version, brought.dataset.classes) == (3, ("owl", "fruit", "vehicle"))
    for home in (workspace, other):
        here = runs.load(home, run.id)
        here.record("extended", epochs=1)
        training.train(home, here)
    assert resuming.lines(runs.load(other, run.id)) == resuming.lines(run)
    assert resuming.told_epochs(runs.load(other, run.id)) == [1, 2, 3]


def test_a_run_of_it_predicts_and_is_exported(
    on_own: tuple[Dataset, Run], workspace: Workspace, other: Workspace, tmp_path: Path
) -> None:
    dataset, run = on_own
    brought = project_import.take(other, handed_over(workspace, dataset, tmp_path))
    project_import.make_ready(other, brought)
    there = runs.load(other, run.id)
    item = dataset.items[0]
    expected = Predictor(workspace, run).predict_kept(dataset.path(item)).probabilities
    found = Predictor(other, there).predict_kept(brought.dataset.path(item)).probabilities
    assert found == pytest.approx(expected, abs=1e-4)
    parity = exporters.make(other, there, "keras")
    assert (parity.refused, parity.agree) == ("", parity.pictures)


def test_a_network_that_is_gone_is_named(
    on_own: tuple[Dataset, Run], workspace: Workspace, other: Workspace, tmp_path: Path
) -> None:
    dataset, run = on_own
    workspace.discard(workspace.backbones)
    project = project_file.gather(workspace, dataset.id)
    assert [f"The backbone of {run.name} is not here any more" in one for one in project.left_out] == [True]
    assert project_import.take(other, handed_over(workspace, dataset, tmp_path)).runs == (run.id,)


def other_numbers(file: h5py.File) -> None:
    def change(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            item[...] = item[...] + 1

    file.visititems(change)


def test_another_network_under_its_id_is_told(
    on_own: tuple[Dataset, Run], workspace: Workspace, other: Workspace, tmp_path: Path
) -> None:
    dataset, run = on_own
    file = handed_over(workspace, dataset, tmp_path)
    id = run.recipe.backbone.name.removeprefix("own:")
    shutil.copytree(workspace.backbones, other.backbones)
    crafted.with_weights(
        workspace.backbones / id / "model.keras", other.backbones / id / "model.keras", other_numbers
    )
    before = kept_files(other)
    with pytest.raises(ModelFileError, match=f"own:{id}, and so does another network here, 'tiny'"):
        project_import.take(other, file)
    assert kept_files(other) == before
    shutil.copy(workspace.backbones / id / "model.keras", other.backbones / id / "model.keras")
    assert project_import.take(other, file).runs == (run.id,)


def test_nothing_is_left_where_one_of_the_networks_is_none(
    on_own: tuple[Dataset, Run], workspace: Workspace, other: Workspace, tmp_path: Path
) -> None:
    with zipfile.ZipFile(handed_over(workspace, on_own[0], tmp_path)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    said = json.loads(parts.pop(project_file.MANIFEST))
    said["backbones"].append(said["backbones"][0] | {"id": "0" * 16})
    parts[f"backbones/{'0' * 16}/model.keras"] = b"none"
    said["sha256"] = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    file = crafted.zipped(parts | {project_file.MANIFEST: json.dumps(said).encode()}, tmp_path / "x.thaw")
    with pytest.raises(ModelFileError, match=r"'tiny\.keras'"):
        project_import.take(other, file)
    assert kept_files(other) == []


@pytest.fixture
def small(workspace: Workspace, few: Dataset) -> Run:
    run = runs.create(workspace, Recipe(), copied(few, workspace), name="Small")
    run.record("failed", message="No.", seconds={})
    return run


def test_what_is_under_way_stays_behind(
    small: Run, workspace: Workspace, few: Dataset, other: Workspace, tmp_path: Path, crew: FakeEngine
) -> None:
    going = runs.create(workspace, Recipe(), few, name="Going")
    crew.queue = {going.job_key: JobState.QUEUED}
    project = project_file.gather(workspace, few.id, [Recipe(seed=7)])
    assert [run.name for run in project.runs] == ["Small"]
    assert ["Going" in sentence for sentence in project.left_out] == [True]
    assert [recipe.seed for recipe in project.recipes] == [0, 7]
    about.pin(small.folder)
    file = tmp_path / "few.thaw"
    project_file.write(project, file)
    brought = project_import.take(other, file)
    run = runs.load(other, brought.runs[0])
    assert (run.pinned, run.exported, runs.load(workspace, small.id).exported) == (False, False, True)
    assert runs.progress(run, run.events(), alive=False).status is Status.FAILED
    assert recipes.load(other, Recipe(seed=7).id).seed == 7


def test_a_run_that_was_deleted_stays_deleted(
    small: Run, workspace: Workspace, few: Dataset, tmp_path: Path
) -> None:
    file = handed_over(workspace, few, tmp_path)
    trash.delete(workspace, runs.load(workspace, small.id))
    brought = project_import.take(workspace, file)
    assert (brought.runs, runs.list_all(workspace)) == ((), [])
    # The dataset; a run in the trash is not here.
    assert brought.here == 1
    assert brought.notes == ("Small: This run was deleted here and can be had back from the deleted runs.",)


def test_the_same_opened_twice_at_once_comes_in_once(
    small: Run,
    workspace: Workspace,
    few: Dataset,
    other: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = handed_over(workspace, few, tmp_path)
    keep, faster = datasets.keep, []

    def later(workspace: Workspace, dataset: Dataset) -> Dataset:
        monkeypatch.setattr(datasets, "keep", keep)
        faster.append(project_import.take(other, file))
        return keep(workspace, dataset)

    monkeypatch.setattr(datasets, "keep", later)
    slower = project_import.take(other, file)
    assert [(one.datasets, one.runs, one.here) for one in faster] == [((few.id,), (small.id,), 0)]
    assert (slower.datasets, slower.runs, slower.here, slower.notes) == ((), (), 2, ())
    assert slower.dataset == faster[0].dataset


def test_a_run_that_is_trained_on_while_it_is_sent_breaks_it_off(
    small: Run, workspace: Workspace, few: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_file, "PIECE_BYTES", 1)
    sent = bytearray()

    def send(project: project_file.Project) -> None:
        for piece in project_file.pieces(project):
            if not sent:
                small.record("queued")
                small.record("failed", message="No.", seconds={})
            sent.extend(piece)

    with pytest.raises(RunError, match="Small was trained on, cleaned or deleted while"):
        send(project_file.gather(workspace, few.id))
    assert len(sent) > 0
    assert not zipfile.is_zipfile(io.BytesIO(sent))

    project = project_file.gather(workspace, few.id)
    trash.delete(workspace, small)
    with pytest.raises(RunError, match="Export the project again"):
        project_file.write(project, tmp_path / "few.thaw")
    assert not (tmp_path / "few.thaw").exists()


def test_it_is_made_bit_by_bit(small: Run, workspace: Workspace, few: Dataset, tmp_path: Path) -> None:
    """The same file in pieces as on the disk, none much larger than the others."""
    project = project_file.gather(workspace, few.id)
    file = tmp_path / "few.thaw"
    told: list[tuple[int, int]] = []
    project_file.write(project, file, lambda done, total: told.append((done, total)))
    assert told[-1][0] == pytest.approx(told[-1][1], rel=0.05)
    pieces = [*project_file.pieces(project)]
    assert max(map(len, pieces)) < 3 * project_file.PIECE_BYTES
    (tmp_path / "again.thaw").write_bytes(b"".join(pieces))
    with zipfile.ZipFile(file) as one, zipfile.ZipFile(tmp_path / "again.thaw") as two:
        assert two.testzip() is None
        assert [
            (info.filename, info.CRC) for info in one.infolist() if info.filename != "thaw-project.json"
        ] == [(info.filename, info.CRC) for info in two.infolist() if info.filename != "thaw-project.json"]


def test_what_cannot_be_written_or_is_not_there_is_said(
    small: Run, workspace: Workspace, few: Dataset, tmp_path: Path
) -> None:
    project = project_file.gather(workspace, few.id)
    with pytest.raises(NotSaved, match=r"few\.thaw could not be written"):
        project_file.write(project, tmp_path / "none" / "few.thaw")
    with pytest.raises(NotFound, match=r"There is no file 'none\.thaw'"):
        project_import.take(workspace, tmp_path / "none.thaw")
    with pytest.raises(NotFound, match="There is no dataset"):
        project_file.gather(workspace, "0" * 16)
    next(iter(project.images.values())).unlink()
    with pytest.raises(NotFound, match="A picture of this dataset is missing"):
        project_file.gather(workspace, few.id)
