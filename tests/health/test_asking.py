"""Asking for a report: what is told while it is made, and however that ends."""

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests import engines
from tests.engines import FakeEngine
from tests.health import made
from tlcore import asked, datasets, health, intake
from tlcore.asked import Stage, Standing
from tlcore.datasets import Dataset, Split
from tlcore.engine import Priority
from tlcore.errors import DatasetError, WorkspaceError
from tlcore.health import Finding, Kind, Report, album, cutting, job, looks, rows, store
from tlcore.workspace import Workspace


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture
def few(workspace: Workspace, tmp_path: Path) -> Dataset:
    """Eight pictures in a frame and eight without one."""
    for row in range(16):
        name, picture = ("ab"[row % 2], made.noise(row))
        (tmp_path / "few" / name).mkdir(parents=True, exist_ok=True)
        drawn = made.framed(picture, "black") if name == "a" else picture
        drawn.save(tmp_path / "few" / name / f"{row}.png")
    return intake.take(workspace, tmp_path / "few", name="few", val_fraction=0.25, test_fraction=0.0)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The features of a picture are its own pixels, four by four."""

    def features_of(workspace: Workspace, dataset: Dataset, progress: rows.Progress) -> object:
        progress(len(dataset.items), len(dataset.items))
        pixels = [
            Image.open(dataset.path(item)).convert("RGB").resize((4, 4)).tobytes() for item in dataset.items
        ]
        return made.np.array([list(one) for one in pixels], made.np.float32), False

    monkeypatch.setattr(rows, "features_of", features_of)
    monkeypatch.setattr(asked, "clear_up", lambda: None)


def test_the_way_of_a_report(workspace: Workspace, few: Dataset, crew: FakeEngine, no_network: None) -> None:
    assert health.look(workspace, few.id) == Standing()
    health.start(workspace, few, owner="me")
    assert (crew.keys, crew.owners, crew.priorities) == ([f"health-{few.id}"], ["me"], [Priority.QUICK])
    assert health.look(workspace, few.id) == Standing(under_way=True)
    health.start(workspace, few)
    assert len(crew.submitted) == 1
    job.question(workspace, few.id).tell("looks", 3, 16)
    assert health.look(workspace, few.id).stage == Stage("looks", 3, 16)
    job.check_job(str(workspace.home), few.id)
    assert health.look(workspace, few.id) == Standing(is_there=True)
    report = health.read(workspace, few.id)
    assert report is not None
    assert report.dataset_id == few.id
    assert [one.classes for one in report.of(Kind.GIVEAWAY)] == [(0,)]
    assert not [file for file in (workspace.home / "health").iterdir() if "progress" in file.name]


def test_a_worker_that_died_is_told(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    health.start(workspace, few)
    job.question(workspace, few.id).tell("looks", 3, 16)
    crew.queue.clear()
    assert health.look(workspace, few.id).failure == asked.BROKEN_OFF
    health.start(workspace, few)
    assert health.look(workspace, few.id) == Standing(under_way=True)


def test_a_lost_picture_is_told(
    workspace: Workspace, few: Dataset, crew: FakeEngine, no_network: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "features_of", lambda *args: (made.np.zeros((16, 4), made.np.float32), True))
    few.path(few.items[0]).unlink()
    job.check_job(str(workspace.home), few.id)
    failure = health.look(workspace, few.id).failure
    assert failure is not None
    assert "missing or damaged" in failure
    crew.does = "run"
    with pytest.raises(DatasetError, match="missing or damaged"):
        health.wait(workspace, few)


def test_what_was_not_foreseen_is_a_sentence(
    workspace: Workspace, few: Dataset, crew: FakeEngine, no_network: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("secret/path")

    monkeypatch.setattr(rows, "features_of", fail)
    job.check_job(str(workspace.home), few.id)
    failure = health.look(workspace, few.id).failure
    assert failure == "It failed unexpectedly (RuntimeError). The log of the engine says more."


def test_waiting_returns_the_report(
    workspace: Workspace, few: Dataset, crew: FakeEngine, no_network: None
) -> None:
    crew.does = "run"
    first = health.wait(workspace, few)
    assert health.wait(workspace, few) == first
    assert len(crew.submitted) == 1


def test_a_damaged_report_is_none(workspace: Workspace, few: Dataset, crew: FakeEngine) -> None:
    store.save(workspace, Report(few.id, 16, (), False, 0.1))
    assert health.look(workspace, few.id).is_there
    (workspace.home / "health" / f"{few.id}.json").write_text('{"version": 1}')
    assert health.look(workspace, few.id) == Standing()
    assert health.read(workspace, few.id) is None


def test_what_was_kept_is_remembered(workspace: Workspace) -> None:
    some = [Finding(Kind.NEAR, "", key) for key in ("one", "two")]
    assert health.kept_keys(workspace) == set()
    health.keep(workspace, some)
    assert health.kept_keys(workspace) == {"one", "two"}
    health.keep(workspace, some[:1], False)
    assert health.kept_keys(workspace) == {"two"}


def test_no_path_leads_out(workspace: Workspace) -> None:
    for id in ("../../etc", "a/b", ""):
        with pytest.raises(WorkspaceError):
            store.load(workspace, id)
        with pytest.raises(WorkspaceError):
            health.look(workspace, id)


def test_looks_are_kept_for_later_versions(
    workspace: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = album.looks_of(workspace, few, iter([]), lambda done, total: None)
    assert [look.hash for look in seen] == [looks.look_at(few.path(item)).hash for item in few.items]
    monkeypatch.setattr(album, "look_at", lambda path: pytest.fail("looked at again"))
    moved = datasets.resplit(workspace, few, val_fraction=0.5, test_fraction=0.0, seed=1)
    again = album.looks_of(workspace, moved, rows.ancestors(workspace, moved), lambda done, total: None)
    for one, other in zip(seen, again, strict=True):
        assert (one.hash, one.sides, one.grey, one.sharpness) == (
            other.hash,
            other.sides,
            other.grey,
            other.sharpness,
        )
        assert (one.map == other.map).all()


def test_damaged_looks_are_made_again(workspace: Workspace, few: Dataset) -> None:
    album.looks_of(workspace, few, iter([]), lambda done, total: None)
    (file,) = (workspace.home / "health").iterdir()
    file.write_bytes(file.read_bytes()[:100])
    told: list[tuple[int, int]] = []
    assert len(album.looks_of(workspace, few, iter([]), lambda *step: told.append(step))) == 16
    assert told == [(16, 16)]


def test_borders_are_cut_off(workspace: Workspace, few: Dataset) -> None:
    framed = [row for row, item in enumerate(few.items) if item.label == 0]
    cut = cutting.cut_borders(workspace, few, framed)
    assert cut.parent == few.id
    assert cut.change == "Borders cut off of 8 pictures"
    for row, item in enumerate(cut.items):
        size = (84, 84) if row in framed else (96, 96)
        assert (item.width_px, item.height_px) == size
        with Image.open(cut.path(item)) as picture:
            assert picture.size == size
            pixels = picture.convert("RGB")
        number = int(few.items[row].name.split("/")[-1].removesuffix(".png"))
        whole = made.noise(number)
        inner = whole.crop((6, 6, 90, 90)) if row in framed else whole
        assert pixels.tobytes() == inner.tobytes()
    assert [item.split for item in cut.items] == [item.split for item in few.items]
    assert {item.split for item in cut.items} == {Split.TRAIN, Split.VAL}
    assert datasets.changes(cut) == []


def test_where_there_is_no_border_nothing_is_cut(workspace: Workspace, few: Dataset) -> None:
    bare = [row for row, item in enumerate(few.items) if item.label == 1]
    with pytest.raises(DatasetError, match="None of these pictures has a border"):
        cutting.cut_borders(workspace, few, bare)


def test_a_jpeg_stays_one(workspace: Workspace, tmp_path: Path) -> None:
    for row in range(8):
        (tmp_path / "jpegs" / "ab"[row % 2]).mkdir(parents=True, exist_ok=True)
        content = io.BytesIO()
        made.framed(made.noise(row), "black", 8).save(content, "JPEG", quality=95, subsampling=0)
        (tmp_path / "jpegs" / "ab"[row % 2] / f"{row}.jpg").write_bytes(content.getvalue())
    taken = intake.take(workspace, tmp_path / "jpegs", name="jpegs", val_fraction=0.25, test_fraction=0.0)
    shutil.rmtree(tmp_path / "jpegs")
    cut = cutting.cut_borders(workspace, taken, range(8))
    assert {item.file[-4:] for item in cut.items} == {".jpg"}
    assert {item.width_px for item in cut.items} == {80}
