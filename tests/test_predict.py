import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import engines, pictures
from tests.engines import FakeEngine
from tests.pages.test_pages import metrics, opened
from tlcore import confidence, evaluation, images, runs, short_jobs, training
from tlcore import pictures as kept
from tlcore.backbones import own_network
from tlcore.cli.app import app
from tlcore.confidence import Choice
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.engine import JobState, Priority
from tlcore.errors import ImageError, RunError, ThawError
from tlcore.predict import Prediction, Predictor
from tlcore.runs import Run
from tlcore.runtimes import prefix_graph
from tlcore.workspace import Workspace


@pytest.fixture(scope="module")
def predictor(shared_workspace: Workspace, trained: Run) -> Predictor:
    return Predictor(shared_workspace, trained)


def chances(prediction: Prediction) -> np.ndarray:
    return np.array(list(prediction.probabilities.values()))


def test_a_picture_of_the_dataset_is_judged_as_in_the_evaluation(
    predictor: Predictor, trained: Run, few: Dataset
) -> None:
    judged = evaluation.load(trained).splits[Split.VAL].pictures
    assert len(judged) == 9
    for picture in judged:
        prediction = predictor.predict_kept(few.folder / "images" / picture.file)
        assert np.abs(chances(prediction) - picture.probabilities).max() < 1e-4
        assert prediction.label == trained.classes[picture.predicted]
    assert {trained.classes[picture.predicted] for picture in judged} == {"bird", "fruit", "vehicle"}


def test_a_lossless_picture_is_judged_as_its_pixels_are(
    predictor: Predictor, shared_workspace: Workspace, trained: Run, few: Dataset
) -> None:
    from tlcore import runtimes

    with Image.open(few.path(few.of(Split.VAL)[0])) as picture:
        small = picture.convert("RGB").resize((224, 224))
    graph, _ = runtimes.open_graph(shared_workspace, trained)
    expected = graph.run(np.asarray(small)[None])[0]
    assert np.abs(chances(predictor.predict(pictures.encoded(small))) - expected).max() < 1e-6


def test_a_picture_lying_on_its_side_is_judged_upright(predictor: Predictor, few: Dataset) -> None:
    with Image.open(few.path(few.of(Split.VAL)[0])) as picture:
        upright = picture.convert("RGB").resize((224, 180))
    exif = Image.Exif()
    exif[0x0112] = 6
    laid = pictures.encoded(upright.transpose(Image.Transpose.ROTATE_90), exif=exif)
    expected = predictor.predict(pictures.encoded(upright))
    assert np.abs(chances(predictor.predict(laid)) - chances(expected)).max() < 1e-6


def test_what_is_chosen_counts_from_the_next_picture_on(
    predictor: Predictor, trained: Run, few: Dataset
) -> None:
    path = few.path(few.of(Split.VAL)[0])
    before = predictor.predict_kept(path)
    assert not before.unsure
    try:
        confidence.use(trained, 0.99)
        # Nine validation pictures are too few for a temperature.
        assert predictor.predict_kept(path) == replace(before, unsure=True)
    finally:
        confidence.drop(trained)
    assert predictor.predict_kept(path) == before


def test_the_temperature_is_applied(
    predictor: Predictor, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = few.path(few.of(Split.VAL)[0])
    before = predictor.predict_kept(path)
    monkeypatch.setattr(confidence, "chosen", lambda run: Choice(2.0))
    after = predictor.predict_kept(path)
    powers = chances(before) ** 0.5
    assert chances(after) == pytest.approx(powers / powers.sum(), abs=1e-6)
    assert (after.label, after.unsure) == (before.label, False)


def test_a_prediction_ranks_its_classes() -> None:
    prediction = Prediction({"a": 0.2, "b": 0.7, "c": 0.1})
    assert (prediction.label, prediction.probability) == ("b", 0.7)
    assert prediction.ranked == [("b", 0.7), ("a", 0.2), ("c", 0.1)]


def test_classes_stand_in_the_order_of_the_dataset(predictor: Predictor, few: Dataset) -> None:
    prediction = predictor.predict(pictures.png())
    assert tuple(prediction.probabilities) == few.classes
    assert sum(prediction.probabilities.values()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty (0 bytes)."),
        (b"hello", "It is no picture (JPEG, PNG, GIF, BMP, WebP or TIFF)."),
        (pictures.png()[:60], "The picture is cut short or damaged. Save it again, or leave it out."),
    ],
)
def test_what_is_no_picture_is_a_sentence(
    predictor: Predictor, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "x.png"
    file.write_bytes(content)
    for judge in (lambda: predictor.predict(content), lambda: predictor.predict_file(file)):
        with pytest.raises(ImageError) as caught:
            judge()
        assert str(caught.value) == said


def test_a_file_that_is_not_there_is_a_sentence(predictor: Predictor, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"^It cannot be read \(No such file or directory\)\.$"):
        predictor.predict_file(tmp_path / "gone.png")


def test_a_run_without_a_model_cannot_predict(workspace: Workspace, few: Dataset) -> None:
    run = runs.create(workspace, Recipe(), few, name="Fresh")
    with pytest.raises(RunError, match="Fresh has no finished model yet"):
        Predictor(workspace, run)


def test_one_predictor_serves_several_threads(predictor: Predictor, few: Dataset) -> None:
    contents = [few.path(item).read_bytes() for item in few.of(Split.VAL)]
    alone = [predictor.predict(content) for content in contents]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(predictor.predict, contents))
    assert [one.label for one in together] == [one.label for one in alone]
    assert (
        np.abs(np.array([chances(x) - chances(y) for x, y in zip(alone, together, strict=True)])).max() < 1e-6
    )


PROGRAM = """
import json, sys
from pathlib import Path
from tlcore import runs
from tlcore.predict import Predictor
from tlcore.workspace import Workspace
space = Workspace(Path(sys.argv[1]))
found = Predictor(space, runs.load(space, sys.argv[2])).predict(sys.stdin.buffer.read())
print(json.dumps([found.probabilities, sorted({"tensorflow", "keras"} & set(sys.modules))]))
"""


def test_predicting_needs_no_tensorflow(
    shared_workspace: Workspace, trained: Run, predictor: Predictor
) -> None:
    buffer = io.BytesIO(pictures.png(3, (60, 40)))
    arguments = [sys.executable, "-c", PROGRAM, str(shared_workspace.home), trained.id]
    done = subprocess.run(
        arguments, input=buffer.getvalue(), capture_output=True, check=True, cwd=Path(__file__).parents[1]
    )
    probabilities, imported = json.loads(done.stdout)
    assert imported == []
    expected = predictor.predict(buffer.getvalue())
    assert list(probabilities.values()) == pytest.approx(chances(expected).tolist(), abs=1e-6)


@pytest.fixture(scope="module")
def refused(shared_workspace: Workspace, few: Dataset) -> Iterator[Run]:
    """A finished run whose graph was refused: none is as close to Keras as was asked for."""
    recipe = Recipe.parse({
        "backbone": {"name": "vgg16", "weights": "none", "image_size": 32, "cut_at": "block2_pool"},
        "head": {"layers": []}, "phases": [{"epochs": 1}],
    })  # fmt: skip
    run = runs.create(shared_workspace, recipe, few, name="Refused")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prefix_graph, "LARGEST_DIFFERENCE", -1.0)
        training.train(shared_workspace, run)
    yield run
    # Other tests count what is in the shared workspace.
    shutil.rmtree(run.folder)


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch, "run")


def test_keras_predicts_where_the_graph_is_refused(
    shared_workspace: Workspace,
    refused: Run,
    few: Dataset,
    crew: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import keras

    loaded: list[Path] = []
    load = own_network.load
    monkeypatch.setattr(own_network, "load", lambda path: loaded.append(path) or load(path))
    left_to_keras = Predictor(shared_workspace, refused, behind_others=False)
    assert re.fullmatch(
        r"The converted graph differs from Keras by \S+ \(at most -1e\+00 is accepted\), so it is not used\. "
        r"Keras itself predicts, in a worker: the first picture takes longest\.",
        left_to_keras.note,
    )
    judged = few.of(Split.VAL)[:3]
    found = np.stack([chances(left_to_keras.predict_kept(few.path(item))) for item in judged])
    pixels = np.stack([images.load_rgb(few.path(item), 32) for item in judged])
    expected = keras.models.load_model(refused.model_file).predict(pixels.astype(np.float32), verbose=0)
    assert np.abs(found - expected).max() < 1e-5
    assert np.ptp(expected, axis=0).max() > 1e-3
    # The worker keeps the model for the next picture.
    assert loaded == [refused.model_file]
    assert not list((shared_workspace.home / "scratch").iterdir())


def test_a_graph_that_is_used_needs_no_worker(predictor: Predictor) -> None:
    assert predictor.note == ""


@pytest.mark.parametrize(
    ("does", "others", "said"),
    [
        ("lose", {}, "The worker that looked at the picture was ended, most likely because"),
        ("run", {"run-1": JobState.RUNNING}, "A training is going on, and the model of this run needs its"),
        ("hold", {"predict-1": JobState.RUNNING}, "The worker has had no time for the picture"),
    ],
)
def test_a_worker_that_cannot_predict_is_a_sentence(
    shared_workspace: Workspace,
    refused: Run,
    crew: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    does: str,
    others: dict[str, JobState],
    said: str,
) -> None:
    crew.does, crew.queue = does, others
    monkeypatch.setattr(short_jobs.run, "__kwdefaults__", {"wait_s": 0.2})
    with pytest.raises(ThawError, match=said):
        Predictor(shared_workspace, refused, behind_others=False).predict(pictures.png())
    assert not list((shared_workspace.home / "scratch").iterdir())


def test_a_free_worker_predicts_while_another_trains(
    shared_workspace: Workspace, refused: Run, crew: FakeEngine
) -> None:
    crew.queue, crew.workers = {"run-1": JobState.RUNNING}, 2
    assert Predictor(shared_workspace, refused, behind_others=False).predict(pictures.png()).label
    assert crew.priorities == [Priority.QUICK]


def test_a_model_that_keras_cannot_open_is_a_sentence(
    workspace: Workspace, refused: Run, crew: FakeEngine
) -> None:
    shutil.copytree(refused.folder, workspace.runs / refused.id)
    run = runs.load(workspace, refused.id)
    run.model_file.write_bytes(b"cut short")
    with pytest.raises(RunError, match=r"^Keras could not run the model of this run \(\w+\)\.$"):
        Predictor(workspace, run).predict(pictures.png())


def test_the_command_and_the_page_leave_a_refused_graph_to_keras(
    shared_workspace: Workspace,
    refused: Run,
    few: Dataset,
    crew: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("THAW_HOME", str(shared_workspace.home))
    picture = few.path(few.of(Split.VAL)[0])
    prediction = Predictor(shared_workspace, refused).predict_file(picture)
    app(["predict", refused.id, str(picture), "--json"], standalone_mode=False)
    told = capsys.readouterr()
    (row,) = json.loads(told.out)
    assert row["probabilities"] == pytest.approx(prediction.probabilities, abs=1e-6)
    assert "Keras itself predicts, in a worker" in told.err
    page = opened("Predict", run=refused.id, picture=kept.keep(shared_workspace, picture.read_bytes()))
    assert not page.exception
    assert not page.error
    assert metrics(page) == {"It looks like": prediction.label}
    assert not crew.queue
