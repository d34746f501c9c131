"""``thaw confidence``: what there is to choose, the choice, and ``thaw predict`` after it."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests import overconfident
from tlcore import confidence
from tlcore.cli.app import app
from tlcore.confidence import NONE
from tlcore.datasets import Dataset, Split
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def run(home: Workspace, few: Dataset) -> Run:
    return overconfident.finished(home, few)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    status = app(["confidence", *words], standalone_mode=False) or 0
    captured = capsys.readouterr()
    assert status == 0, captured.err
    return " ".join(captured.out.split())


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(capsys, *words, "--json"))
    return found


def test_it_is_told_chosen_and_taken_back(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nothing is chosen for Sure: it always answers." in said(capsys, "latest")
    words = said(capsys, run.id, "--threshold", "0.8")
    found = confidence.study(run)
    assert confidence.chosen(run).threshold == 0.8
    assert f'temperature {found.fit.temperature:.3g}, "I don\'t know" below 80%' in words
    point = found.coverages[Split.VAL].at(0.8)
    assert f"80% {point.answered} of 300 {point.accuracy:.1%}" in words
    for split in ("validation", "test"):
        assert f"{split}: from" in words
    assert "it always answers" in said(capsys, run.id, "--off")
    assert confidence.chosen(run) == NONE


def test_machines_are_told_all_of_it(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    before = told(capsys, run.id)
    assert (before["run"], before["chosen"], before["outdated"]) == (run.id, None, False)
    assert before["temperature"] == pytest.approx(2, rel=0.15)
    assert before["effects"]["test"]["loss_after"] < before["effects"]["test"]["loss_before"]
    points = before["coverage"]["val"]
    assert [point["threshold"] for point in points] == [percent / 100 for percent in range(100)]
    assert (points[0]["answered"], points[0]["share"]) == (300, 1.0)
    assert points[0]["accuracy_interval"][0] < points[0]["accuracy"] < points[0]["accuracy_interval"][1]
    after = told(capsys, run.id, "--threshold", "0.75")
    assert after["chosen"] == {"temperature": before["temperature"], "threshold": 0.75}
    run.evaluation_file.write_bytes(run.evaluation_file.read_bytes() + b"\n")
    outdated = told(capsys, run.id)
    assert (outdated["chosen"], outdated["outdated"]) == (None, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--threshold", "80"], "A threshold is a share from 0 to 0.99, such as 0.8; 80 is none."),
        (["--threshold", "0.5", "--off"], "Choose a threshold or take it back, not both."),
    ],
)
def test_what_cannot_be_chosen(
    run: Run, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app(["confidence", run.id, *words], standalone_mode=False) == 1
    assert sentence in " ".join(capsys.readouterr().err.split())
    assert confidence.chosen(run) == NONE


def test_predictions_say_where_they_are_unsure(
    shared_workspace: Workspace,
    trained: Run,
    few: Dataset,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    picture = str(few.path(few.of(Split.VAL)[0]))
    words = ["predict", trained.id, picture, "--home", str(shared_workspace.home)]

    def row(*more: str) -> str:
        assert (app([*words, *more], standalone_mode=False) or 0) == 0
        return capsys.readouterr().out

    (before,) = json.loads(row("--json"))
    assert before["unsure"] is False
    try:
        confidence.use(trained, 0.99)
        (after,) = json.loads(row("--json"))
        assert (after["unsure"], after["label"]) == (after["probability"] < 0.99, before["label"])
        doubt = f"I don't know ({after['label']}?)" if after["unsure"] else after["label"]
        assert doubt in " ".join(row().split())
        row("--csv", str(tmp_path / "out.csv"))
    finally:
        confidence.drop(trained)
    with open(tmp_path / "out.csv", encoding="utf-8", newline="") as file:
        header, only = csv.reader(file)
    assert header == ["file", "label", "unsure", *few.classes]
    assert only[1:3] == [after["label"], str(after["unsure"]).lower()]
