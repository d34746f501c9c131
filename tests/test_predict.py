import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import pictures
from tlcore import evaluation, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.errors import ImageError, RunError
from tlcore.predict import Prediction, Predictor
from tlcore.runs import Run
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
