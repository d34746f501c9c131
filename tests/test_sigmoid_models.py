"""Models with sigmoid outputs, from the pictures to what is taken away: two classes, and several labels."""

import ast
import csv
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import SAMPLE
from tests.test_training import curve, train
from tlcore import evaluation, exporters, intake, runtimes
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.predict import Prediction, Predictor
from tlcore.runs import Run
from tlcore.workspace import Workspace

NAMES = ("bird", "fruit", "vehicle")
RECIPE = Recipe.parse(
    {
        "backbone": {"image_size": 96},
        "head": {"layers": [{"dense": 16}]},
        "phases": [{"epochs": 15, "learning_rate": 0.01}],
        "loss": "binary_crossentropy",
    }
)


@pytest.fixture(scope="module")
def several(shared_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Pictures of one class, and pairs of pictures side by side, which have two labels."""
    folder = tmp_path_factory.mktemp("several") / "several"
    folder.mkdir()
    files = {name: sorted((SAMPLE / name).iterdir())[:9] for name in NAMES}
    with open(folder / "labels.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file", "labels"))
        for i in range(9):
            for names in (*((name,) for name in NAMES), ("bird", "fruit"), ("fruit", "vehicle")):
                picture = Image.new("RGB", (96 * len(names), 96), "white")
                for place, name in enumerate(names):
                    picture.paste(Image.open(files[name][i]).convert("RGB").resize((96, 96)), (96 * place, 0))
                picture.save(folder / f"{'_'.join(names)}_{i}.png")
                table.writerow((f"{'_'.join(names)}_{i}.png", ";".join(names)))
    return intake.take(shared_workspace, folder, name="several")


@pytest.fixture(scope="module")
def of_several(shared_workspace: Workspace, several: Dataset) -> Run:
    return train(shared_workspace, several, RECIPE)


@pytest.fixture(scope="module")
def two(shared_workspace: Workspace, few_pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("two") / "two"
    for name in ("bird", "fruit"):
        (folder / name).mkdir(parents=True)
        for file in (few_pictures / name).iterdir():
            (folder / name / file.name).write_bytes(file.read_bytes())
    return intake.take(shared_workspace, folder, name="two")


@pytest.fixture(scope="module")
def of_two(shared_workspace: Workspace, two: Dataset) -> Run:
    return train(shared_workspace, two, RECIPE)


def test_several_labels_are_learned_and_judged_each_for_itself(several: Dataset, of_several: Run) -> None:
    assert several.several_labels
    assert of_several.output.units == 3
    judged = evaluation.load(of_several).splits[Split.VAL]
    # Keras' figure of the last epoch is the share of yes/no decisions that are right.
    assert judged.accuracy == pytest.approx(curve(of_several)[-1][3], abs=1e-6)
    assert judged.accuracy > 0.75
    assert judged.exact_match is not None
    assert judged.exact_match <= judged.accuracy


def test_a_prediction_names_all_labels_from_one_half_up(
    shared_workspace: Workspace, several: Dataset, of_several: Run
) -> None:
    predictor = Predictor(shared_workspace, of_several)
    sets = set()
    for picture in evaluation.load(of_several).splits[Split.VAL].pictures:
        prediction = predictor.predict_kept(several.folder / "images" / picture.file)
        assert prediction.independent
        assert prediction.labels == [NAMES[label] for label in picture.predicted_labels]
        sets.add(len(prediction.labels))
    assert 2 in sets


def test_labels_of_a_prediction() -> None:
    chances = {"a": 0.5, "b": 0.7, "c": 0.1}
    assert Prediction(chances, independent=True).labels == ["a", "b"]
    assert Prediction({"a": 0.2, "b": 0.3}, independent=True).labels == []
    assert Prediction(chances).labels == ["b"]


def test_one_unit_for_two_classes(shared_workspace: Workspace, two: Dataset, of_two: Run) -> None:
    import keras

    assert keras.models.load_model(of_two.model_file).output_shape == (None, 1)
    judged = evaluation.load(of_two).splits[Split.VAL]
    assert judged.accuracy > 0.7
    # Keras' figure of the single unit is that of the two probabilities.
    assert judged.accuracy == pytest.approx(curve(of_two)[-1][3])
    predictor = Predictor(shared_workspace, of_two)
    for picture in judged.pictures:
        prediction = predictor.predict_kept(two.folder / "images" / picture.file)
        assert not prediction.independent
        assert sum(prediction.probabilities.values()) == pytest.approx(1.0)
        assert list(prediction.probabilities.values()) == pytest.approx(picture.probabilities, abs=1e-4)


@pytest.mark.parametrize("which", ["of_two", "of_several"])
def test_the_program_that_is_taken_away_agrees(
    shared_workspace: Workspace, which: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    run: Run = request.getfixturevalue(which)
    assert exporters.make(shared_workspace, run, "litert").refused == ""
    exporters.package(shared_workspace, run, ["litert"], tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        archive.extractall(tmp_path)
    picture = SAMPLE / "fruit" / sorted(os.listdir(SAMPLE / "fruit"))[0]
    done = subprocess.run(
        [sys.executable, "-I", "predict.py", str(picture)], cwd=tmp_path, capture_output=True, check=True,
        text=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    printed = ast.literal_eval(done.stdout.strip().splitlines()[-1])
    expected = Predictor(shared_workspace, run).predict_file(picture).probabilities
    assert list(printed) == list(run.classes)
    # Printed with four digits.
    assert np.abs(np.array(list(printed.values())) - list(expected.values())).max() < 2e-4
    said = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert ("the second class" in said, "each for itself" in said) == (which == "of_two", which != "of_two")


def test_the_graph_is_used(of_two: Run, of_several: Run) -> None:
    for run in (of_two, of_several):
        assert runtimes.read_record(run).sentence == ""
