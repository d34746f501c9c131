"""A temperature and a threshold in what is taken away: the program says what the run says."""

import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import several_labels
from tests.exporters import tiny_runs
from tlcore import confidence, exporters, runs, temperature
from tlcore.confidence import NONE, Choice
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.exporters import Facts, readme, texts
from tlcore.exporters.programs import PythonProgram
from tlcore.predict import Predictor
from tlcore.runs import Run
from tlcore.temperature import Fit
from tlcore.workspace import Workspace, read_json, write_json


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the nine pictures that there are nothing could be fitted."""
    monkeypatch.setattr(temperature, "fit", lambda *words, **more: Fit(1.7))


@pytest.fixture
def run(tiny: Run, tmp_path: Path, fitted: None) -> Run:
    shutil.copytree(tiny.folder, tmp_path / "run", ignore=shutil.ignore_patterns("exports"))
    return replace(tiny, folder=tmp_path / "run")


def program(facts: Facts, rows: list[float], folder: Path) -> dict[str, Any]:
    """The names of a program whose model says ``rows``."""
    (folder / "labels.json").write_text("[]")
    (folder / confidence.FILE).write_text(texts.choice(facts.choice))
    text = PythonProgram("", "", f"numpy.float32({rows})", "numpy").text(facts)
    assert max(map(len, text.splitlines())) <= 110
    space = {"__name__": "predict", "__file__": str(folder / "predict.py"), "pixels": None}
    exec(compile(text, "predict.py", "exec"), space)
    space["pixels"] = lambda file: file
    return space


KINDS = {
    "softmax": ("sparse_categorical_crossentropy", [0.7, 0.2, 0.1], [0.98, 0.01, 0.01]),
    "sigmoids": ("binary_crossentropy", [0.75, 0.3, 0.1], [0.99, 0.01, 0.02]),
}


@pytest.mark.parametrize(("kind", "several"), [("softmax", False), ("sigmoids", False), ("sigmoids", True)])
def test_the_program_does_what_the_choice_does(
    kind: str, several: bool, workspace: Workspace, few: Dataset, tmp_path: Path
) -> None:
    loss, *rows = KINDS[kind]
    dataset = several_labels.taken(workspace) if several else few
    run = runs.create(workspace, Recipe.parse({"loss": loss}), dataset)
    choice = Choice(1.7, 0.8)
    output = run.output
    facts = Facts(8, "stretch", output.units, output.independent, run.several_labels, choice)
    for row, unsure in zip(rows, (True, False), strict=True):
        found = program(facts, row, tmp_path)
        expected = choice.applied(run, np.float32([row]))
        assert found["predict"]("x") == pytest.approx(expected[0].tolist(), abs=1e-6)
        assert choice.unsure(run, expected).tolist() == [unsure]
        assert found["is_unsure"](found["predict"]("x")) == unsure


def test_a_single_unit_is_scaled_as_its_logit(tmp_path: Path) -> None:
    found = program(Facts(8, "stretch", 1, choice=Choice(2.0)), [0.9], tmp_path)
    odds = (0.9 / 0.1) ** 0.5
    assert found["predict"]("x") == pytest.approx([1 / (1 + odds), odds / (1 + odds)], abs=1e-6)
    # Without a threshold it always answers.
    assert "is_unsure" not in found


def test_an_export_follows_the_choice(
    shared_workspace: Workspace, run: Run, few: Dataset, tmp_path: Path
) -> None:
    exporters.make(shared_workspace, run, "litert")
    assert exporters.load(run, "litert") is not None
    choice = confidence.use(run, 0.9)
    assert choice == Choice(1.7, 0.9)
    # The one made before says something else.
    assert exporters.load(run, "litert") is None
    found = exporters.make(shared_workspace, run, "litert")
    assert (found.refused, found.agree) == ("", found.pictures)
    exporters.package(shared_workspace, run, ["litert"], tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        archive.extractall(tmp_path / "out")
    assert json.loads((tmp_path / "out" / "confidence.json").read_text()) == {
        "temperature": 1.7,
        "threshold": 0.9,
    }
    assert json.loads((tmp_path / "out" / "labels.json").read_text()) == list(run.classes)
    picture = few.path(few.items[0])
    said = subprocess.run(
        [sys.executable, str(tmp_path / "out" / "predict.py"), str(picture)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    expected = Predictor(shared_workspace, run).predict_file(picture)
    assert said.startswith("unsure {" if expected.unsure else "sure {")
    printed = json.loads(said.partition(" ")[2].replace("'", '"'))
    assert printed == pytest.approx(expected.probabilities, abs=2e-4)
    confidence.drop(run)
    assert exporters.load(run, "litert") is None


def test_the_readme_says_how_sure_it_has_to_be(shared_workspace: Workspace, run: Run) -> None:
    def said() -> str:
        return readme.text(shared_workspace, run, "keras", tiny_runs.parity())

    assert confidence.chosen(run) == NONE
    assert "temperature" not in said()
    confidence.use(run, 0.85)
    assert "the temperature 1.7, which was fitted" in said()
    assert "where it is less than 85% sure" in said()
    confidence.use(run, 0.0)
    assert "It always answers." in said()
    file = run.folder / confidence.FILE
    write_json(file, read_json(file) | {"temperature": 1.0, "threshold": 0.5})
    assert "No temperature was fitted" in said()
