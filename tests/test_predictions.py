"""Many pictures judged at once: what is kept of it, what is left out, how it goes on, and the way back."""

import csv
import io
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests import pictures
from tlcore import confidence, corrections, datasets, prediction_jobs, prediction_table, predictions
from tlcore.corrections import Correction
from tlcore.datasets import Dataset, Split
from tlcore.errors import DatasetError, EngineError, NotFound, WorkspaceError
from tlcore.predict import Prediction, Predictor
from tlcore.predictions import Batch, Look, Status
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture(scope="module")
def predictor(shared_workspace: Workspace, trained: Run) -> Predictor:
    return Predictor(shared_workspace, trained)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, few: Dataset) -> Path:
    """Five pictures, one of them twice, and two files that are none."""
    folder = tmp_path_factory.mktemp("asked") / "asked"
    (folder / "inner").mkdir(parents=True)
    for number, item in enumerate(few.of(Split.VAL)[:4]):
        shutil.copy(few.path(item), folder / f"{number}{few.path(item).suffix}")
    twin = next(folder.glob("0.*"))
    shutil.copy(twin, folder / "inner" / f"=twin{twin.suffix}")
    (folder / "cut.jpg").write_bytes(pictures.png()[:60])
    (folder / "notes.txt").write_text("hello")
    return folder


@pytest.fixture(scope="module")
def batch(shared_workspace: Workspace, trained: Run, predictor: Predictor, folder: Path) -> Iterator[Batch]:
    made = prediction_jobs.start(shared_workspace, trained, folder, lambda: predictor, name="asked")
    assert ended(shared_workspace, made).status is Status.DONE
    yield made
    # Other tests count what is in the shared workspace.
    shutil.rmtree(shared_workspace.predictions)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def ended(workspace: Workspace, batch: Batch) -> Look:
    until(lambda: not predictions.is_alive(workspace, batch))
    return predictions.look(workspace, batch)


def test_each_picture_is_judged_as_it_is_alone(
    shared_workspace: Workspace, batch: Batch, trained: Run, predictor: Predictor, folder: Path
) -> None:
    look = predictions.look(shared_workspace, batch)
    assert look == Look(Status.DONE, 7, 7, "")
    found = predictions.judged(trained, batch)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    assert [one.row.name for one in found] == [name for name in names if name not in ("cut.jpg", "notes.txt")]
    for one in found:
        alone = predictor.predict_file(folder / one.row.name)
        assert one.prediction.probabilities == pytest.approx(alone.probabilities, abs=1e-6)
        assert batch.path(one.row).is_file()
    assert predictions.left_out(batch) == [
        ("cut.jpg", "The picture is cut short or damaged. Save it again, or leave it out."),
        ("notes.txt", "It is no picture (JPEG, PNG, GIF, BMP, WebP or TIFF)."),
    ]
    assert predictions.load(shared_workspace, batch.id) == batch


def test_what_is_chosen_counts_for_what_was_judged_before(batch: Batch, trained: Run) -> None:
    before = predictions.judged(trained, batch)
    confidence.use(trained, 0.99)
    try:
        after = predictions.judged(trained, batch)
    finally:
        confidence.drop(trained)
    assert not any(one.prediction.unsure for one in before)
    assert any(one.prediction.unsure for one in after)
    assert [one.prediction.label for one in after] == [one.prediction.label for one in before]


def test_an_archive_is_judged_as_its_folder(
    shared_workspace: Workspace,
    batch: Batch,
    trained: Run,
    predictor: Predictor,
    folder: Path,
    tmp_path: Path,
) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "asked"), "zip", folder))
    of_zip = prediction_jobs.start(shared_workspace, trained, archive, lambda: predictor, name="asked.zip")
    assert ended(shared_workspace, of_zip).status is Status.DONE
    assert predictions.rows(of_zip) == predictions.rows(batch)


def test_the_pictures_of_a_batch_judged_once_more(
    shared_workspace: Workspace, batch: Batch, trained: Run, predictor: Predictor
) -> None:
    other = prediction_jobs.again(shared_workspace, batch, trained, lambda: predictor)
    assert ended(shared_workspace, other) == Look(Status.DONE, 7, 7, "")
    # Those that were left out, too.
    assert predictions.rows(other) == predictions.rows(batch)
    predictions.forget(shared_workspace, batch=other)
    with pytest.raises(NotFound, match="There is no batch of pictures"):
        predictions.load(shared_workspace, other.id)


class Slow(Predictor):
    """Judges as many pictures as it is let."""

    def __init__(self, most: int) -> None:
        self.judged: list[Path] = []
        self.free, self._most = threading.Event(), most

    def raw_kept(self, path: Path) -> np.ndarray:
        if len(self.judged) >= self._most:
            assert self.free.wait(60)
        self.judged.append(path)
        return np.array([0.5, 0.25, 0.25], np.float32)


@pytest.fixture(scope="module")
def thirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("thirty") / "thirty.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(30):
            archive.writestr(f"{number:02}.png", pictures.png(number))
    return file


def test_a_batch_that_was_stopped_goes_on_where_it_was(
    workspace: Workspace, trained: Run, thirty: Path
) -> None:
    slow = Slow(10)
    batch = prediction_jobs.start(workspace, trained, thirty, lambda: slow, name="thirty")
    until(lambda: len(slow.judged) >= 10)
    assert predictions.look(workspace, batch).status is Status.JUDGING
    # What is being judged is not judged twice.
    assert predictions.is_alive(workspace, batch)
    prediction_jobs.stop(batch)
    slow.free.set()
    assert ended(workspace, batch).status is Status.STOPPED
    done = len(predictions.rows(batch))
    assert done == len(slow.judged) == 16
    assert len(predictions.judged(trained, batch)) == 16
    with open(batch.rows_file, "a") as file:
        file.write('{"number": 16, "na')
    prediction_jobs.go_on(workspace, batch, lambda: slow)
    assert ended(workspace, batch) == Look(Status.DONE, 30, 30, "")
    assert [row.name for row in predictions.rows(batch)] == [f"{number:02}.png" for number in range(30)]
    assert len(slow.judged) == 30


def test_a_process_that_is_gone_leaves_it_interrupted(
    workspace: Workspace, trained: Run, thirty: Path
) -> None:
    batch = predictions.create(workspace, trained, thirty, name="thirty")
    batch.story_file.write_text('{"event": "judging", "done": 8, "total": 30}\n')
    assert predictions.look(workspace, batch) == Look(Status.INTERRUPTED, 8, 30, "")
    prediction_jobs.go_on(workspace, batch, lambda: Slow(99))
    assert ended(workspace, batch).status is Status.DONE


def test_it_may_be_forgotten_while_it_is_judged(workspace: Workspace, trained: Run, thirty: Path) -> None:
    slow = Slow(3)
    batch = prediction_jobs.start(workspace, trained, thirty, lambda: slow, name="thirty")
    until(lambda: len(slow.judged) >= 3)
    predictions.forget(workspace, batch)
    slow.free.set()
    until(lambda: not any(thread.name == f"predict-{batch.id}" for thread in threading.enumerate()))
    assert not batch.folder.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello", "'x.zip' is not a zip, tar or tar.gz archive, or a folder of pictures."),
        (b"PK\x05\x06" + bytes(18), "'x.zip' holds no picture."),
        (b"PK\x03\x04" + bytes(99), "The zip is cut short or damaged."),
    ],
)
def test_what_holds_no_pictures_is_a_sentence(
    workspace: Workspace, trained: Run, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    batch = prediction_jobs.start(workspace, trained, tmp_path / "x.zip", lambda: Slow(0), name="x.zip")
    look = ended(workspace, batch)
    assert (look.status, look.message[: len(said)]) == (Status.FAILED, said)


def test_a_model_that_cannot_judge_is_a_sentence(workspace: Workspace, trained: Run, thirty: Path) -> None:
    def opener() -> Predictor:
        raise EngineError("A training is going on.")

    batch = prediction_jobs.start(workspace, trained, thirty, opener, name="thirty")
    assert ended(workspace, batch).message == "A training is going on."
    prediction_jobs.go_on(workspace, batch, lambda: Slow(99))
    assert ended(workspace, batch).status is Status.DONE


def test_what_nobody_foresaw_is_in_the_log(
    workspace: Workspace, trained: Run, thirty: Path, caplog: pytest.LogCaptureFixture
) -> None:
    batch = prediction_jobs.start(workspace, trained, thirty, lambda: 1 // 0, name="thirty")  # type: ignore[arg-type,return-value]
    look = ended(workspace, batch)
    assert (look.status, batch.id in look.message) == (Status.FAILED, True)
    assert "ZeroDivisionError" in caplog.text


def test_too_many_files_are_refused(
    workspace: Workspace, trained: Run, thirty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction_jobs, "MAX_FILES", 29)
    batch = prediction_jobs.start(workspace, trained, thirty, lambda: Slow(0), name="thirty")
    assert "There are 30 files; 29 is the limit" in ended(workspace, batch).message


def test_the_oldest_make_room(workspace: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "MOST_KEPT", 2)
    ids = iter([f"0000000{number}-00000000" for number in range(4)])
    monkeypatch.setattr(predictions, "new_id", lambda: next(ids))
    made = [predictions.create(workspace, trained, Path("x"), name="x") for _ in range(3)]
    assert sorted(folder.name for folder in workspace.predictions.iterdir()) == [one.id for one in made[1:]]
    with predictions.lock(workspace, made[1]).acquire():
        last = predictions.create(workspace, trained, Path("x"), name="x")
    assert sorted(folder.name for folder in workspace.predictions.iterdir()) == [
        made[1].id,
        made[2].id,
        last.id,
    ]


def test_what_is_needed_or_not_sent_yet_makes_no_room(
    workspace: Workspace, trained: Run, new_pictures: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictions, "MOST_KEPT", 1)
    other = prediction_jobs.again(workspace, new_pictures, trained, lambda: Slow(99))
    assert ended(workspace, other).status is Status.DONE
    assert len(predictions.rows(other)) == len(predictions.rows(new_pictures))
    corrections.correct(other, [3], ["fruit"])
    predictions.create(workspace, trained, Path("x"), name="x")
    kept = [folder.name for folder in sorted(workspace.predictions.iterdir())]
    assert new_pictures.id not in kept
    assert other.id in kept


def test_what_is_not_judged_whole_is_not_judged_once_more(workspace: Workspace, trained: Run) -> None:
    cut_off = predictions.create(workspace, trained, Path("x"), name="x")
    with pytest.raises(DatasetError, match="Not all of these pictures are judged yet"):
        prediction_jobs.again(workspace, cut_off, trained, lambda: Slow(99))


# ---- Out


def test_the_table_holds_no_formula_and_says_what_is_right(batch: Batch, trained: Run) -> None:
    (*_, twin) = predictions.judged(trained, batch)
    assert twin.row.name.startswith("inner/=twin")
    prediction = Prediction({"=1+1": 0.75, "b": 0.25}, unsure=True)
    records = [
        prediction_table.told("=cmd.png", prediction, ["b"]),
        prediction_table.told("a.png", prediction),
        prediction_table.failed("c.png", "It is no picture."),
    ]
    rows = list(
        csv.reader(io.StringIO(prediction_table.csv_text(["=1+1", "b"], records, may_be_unsure=True)))
    )
    assert rows == [
        ["file", "label", "right", "unsure", "'=1+1", "b"],
        ["'=cmd.png", "'=1+1", "b", "true", "0.750000", "0.250000"],
        ["a.png", "'=1+1", "", "true", "0.750000", "0.250000"],
    ]


# ---- Back into the dataset


@pytest.fixture
def new_pictures(workspace: Workspace, trained: Run, thirty: Path) -> Batch:
    batch = prediction_jobs.start(workspace, trained, thirty, lambda: Slow(99), name="thirty")
    assert ended(workspace, batch).status is Status.DONE
    return batch


def test_corrected_pictures_make_the_next_version(
    workspace: Workspace, few: Dataset, new_pictures: Batch
) -> None:
    shutil.copytree(few.folder, workspace.datasets / few.id)
    dataset = datasets.load(workspace, few.id)
    corrections.correct(new_pictures, [3, 4], ["fruit"])
    corrections.correct(new_pictures, [4, 7, 8], ["bird"])
    corrections.take_back(new_pictures, [8])
    assert corrections.waiting(new_pictures) == {
        3: Correction(("fruit",)),
        4: Correction(("bird",)),
        7: Correction(("bird",)),
    }
    version = corrections.send(workspace, new_pictures, dataset)
    assert (version.parent, version.version) == (dataset.id, 2)
    assert version.change == "3 pictures added to 'bird', 'fruit'"
    added = {item.name: version.classes[item.label] for item in version.items if item not in dataset.items}
    assert added == {"03.png": "fruit", "04.png": "bird", "07.png": "bird"}
    assert datasets.changes(version) == []
    assert corrections.waiting(new_pictures) == {}
    assert {one.sent for one in corrections.load(new_pictures).values()} == {version.id}
    with pytest.raises(DatasetError, match="No picture waits"):
        corrections.send(workspace, new_pictures, version)
    # Once more, with another class: it is there already, and is not there twice.
    corrections.correct(new_pictures, [3], ["vehicle"])
    again = corrections.send(workspace, new_pictures, version)
    assert again.change == "1 picture given the right class on the Predict page"
    assert len(again.items) == len(version.items)
    assert [again.classes[item.label] for item in again.items if item.name == "03.png"] == ["vehicle"]


def test_corrections_for_another_dataset_are_refused(
    workspace: Workspace, few: Dataset, new_pictures: Batch
) -> None:
    corrections.correct(new_pictures, [3], ["cups"])
    with pytest.raises(DatasetError, match=r"has no class 'cups'\."):
        corrections.send(workspace, new_pictures, few)
    corrections.correct(new_pictures, [3], ["fruit", "bird"])
    with pytest.raises(DatasetError, match="has one class; some of these were given several"):
        corrections.send(workspace, new_pictures, few)
    assert corrections.waiting(new_pictures)


def test_a_correction_needs_a_class(new_pictures: Batch) -> None:
    with pytest.raises(DatasetError, match="Choose the right class first"):
        corrections.correct(new_pictures, [1], [])
    (new_pictures.folder / "corrections.json").write_text("[]")
    with pytest.raises(WorkspaceError, match="is damaged"):
        corrections.load(new_pictures)
