"""``thaw export`` and the table of ``thaw predict``."""

import csv
import json
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.exporters import tiny_runs
from tests.pictures import classes, png, taken, written
from tlcore import export_jobs, exporters
from tlcore.cli import predict as command
from tlcore.cli.app import app
from tlcore.errors import ImageError
from tlcore.exporters import Parity
from tlcore.predict import Prediction
from tlcore.runs import Run
from tlcore.workspace import Workspace

CLASSES = ("=cmd()", "plain")


@pytest.fixture
def run(home: Workspace) -> Run:
    return tiny_runs.bare(home, taken(home, classes("a", "b", each=5)))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def making(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(workspace: Workspace, run: Run, format: str, tell: export_jobs.Tell) -> Parity:
        tell(None)
        tell(export_jobs.Stage("comparing", 1, 2))
        wrong = {"difference": 0.5} if format == "litert" else {}
        return exporters.load(run, format) or tiny_runs.put(workspace, run, format, **wrong)

    monkeypatch.setattr(export_jobs, "wait", wait)


def ran(*words: str) -> int:
    return app(list(words), standalone_mode=False) or 0


@pytest.mark.usefixtures("making")
def test_several_formats_go_into_one_file(
    run: Run, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran("export", "latest", "--to", "onnx", "--to", "keras", "--out", "out.zip") == 0
    said = capsys.readouterr().out
    assert "out.zip" in said
    assert "2 of 2" in said
    with zipfile.ZipFile("out.zip") as archive:
        assert {"onnx/model.bin", "keras/README.md", "parity.json"} <= set(archive.namelist())


@pytest.mark.usefixtures("making")
def test_one_format_for_machines(run: Run, elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran("export", run.id, "--to", "onnx", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["file"] == f"thaw-{run.id}-onnx.zip"
    assert told["formats"]["onnx"]["pictures"] == 2
    with zipfile.ZipFile(told["file"]) as archive:
        assert json.loads(archive.read("parity.json")) | {"file": told["file"]} == told


@pytest.mark.usefixtures("making")
def test_what_is_refused_is_not_written(
    run: Run, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran("export", run.id, "--to", "onnx", "--to", "litert", "--out", "out.zip") == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "LiteRT: Its probabilities differ from the run's by up to 0.5; 0.0001 is allowed" in said
    assert not (elsewhere / "out.zip").exists()
    assert ran("export", run.id, "--to", "onyx") == 1
    assert "Did you mean 'onnx'?" in " ".join(capsys.readouterr().err.split())


class Judge:
    """Says of each picture the share of its number in its name; refuses what is no picture."""

    classes, note = CLASSES, ""

    def predict_file(self, path: Path) -> Prediction:
        if not path.is_file():
            raise ImageError("It cannot be read (No such file or directory).")
        if not path.read_bytes().startswith(b"\x89PNG"):
            raise ImageError("It is no picture.")
        share = int(path.stem[-1]) / 10
        return Prediction({CLASSES[0]: share, CLASSES[1]: 1 - share})


@pytest.fixture
def judged(run: Run, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(command, "Predictor", lambda *words: Judge())
    names = ("b/3.png", "a/+9.png", "a/.hidden/1.png", "a/Thumbs.db", "-1.png")
    written(elsewhere / "shots", dict.fromkeys(names, png()) | {"notes.txt": b"notes"})
    return SimpleNamespace(run=run, folder=elsewhere / "shots")


def test_folders_are_walked_and_bad_files_are_told(
    judged: Any, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran("predict", "latest", "shots", "gone.png", "--csv", "out.csv") == 1
    said = capsys.readouterr()
    assert said.out.strip() == "out.csv"
    told = said.err.replace("\n", " ")
    assert f"{Path('shots', 'notes.txt')}: It is no picture." in told
    assert "gone.png: It cannot be read" in told
    with open("out.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["file", "label", "'=cmd()", "plain"],
        [str(Path("shots", "-1.png")), "plain", "0.100000", "0.900000"],
        [str(Path("shots", "a", "+9.png")), "'=cmd()", "0.900000", "0.100000"],
        [str(Path("shots", "b", "3.png")), "plain", "0.300000", "0.700000"],
    ]


def test_no_cell_of_the_table_is_a_formula(
    judged: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(judged.folder)
    assert ran("predict", "latest", "--csv", "out.csv", "--", "-1.png", "b/3.png") == 0
    with open("out.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows] == ["file", "'-1.png", str(Path("b", "3.png"))]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_without_a_table_it_prints_one(judged: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran("predict", "latest", str(judged.folder / "b")) == 0
    assert "plain 70.0%" in " ".join(capsys.readouterr().out.split())
