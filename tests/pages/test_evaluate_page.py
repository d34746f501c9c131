"""The Evaluate page: cells of the matrix and their pictures, one of these, and what the figures mean."""

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import metrics, opened, shown
from tlcore import evaluation, meanings, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def explained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """File and class of each heat map that is asked for."""
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr("pages.ui.why.show", lambda run, path, label: asked.append((Path(path).name, label)))
    return asked


@pytest.fixture
def run(at_home: Workspace, few: Dataset) -> Run:
    """All vehicles are taken for birds, the surest first; the rest is right."""
    items = few.of(Split.VAL)
    probabilities = np.full((len(items), 3), 0.1, np.float32)
    for i, (row, item) in enumerate(zip(probabilities, items, strict=True)):
        row[item.label % 2] = 0.8 - 0.01 * i
    made = runs.create(at_home, Recipe(), few, name="Judged")
    evaluation.save(evaluation.evaluate(few, {Split.VAL: probabilities}), made)
    made.model_file.write_bytes(b"")
    made.record("done", val_accuracy=2 / 3, test_accuracy=None, seconds={})
    return made


def vehicles(few: Dataset) -> list[str]:
    return [item.file for item in few.of(Split.VAL) if item.label == 2]


def tiles(app: AppTest) -> list[str]:
    return [button.label.replace("\\", "") for button in app.button if "%" in button.label]


def test_each_figure_has_its_sentence(run: Run) -> None:
    app = opened("Evaluate", run=run.id)
    assert not app.exception
    assert metrics(app) == {
        "Accuracy": "66.7%",
        "95% interval": "35–88%",
        "Balanced accuracy": "66.7%",
        "Macro F1": "55.6%",
    }
    for meaning in (meanings.ACCURACY, meanings.BALANCED_ACCURACY, meanings.MACRO_F1, meanings.ROC):
        assert meaning.sentence in shown(app)
    assert meanings.RELIABILITY.sentence in shown(app)
    assert all(meaning.title not in metrics(app) for meaning in (meanings.LOG_LOSS, meanings.AUC))
    app.session_state["more_figures"] = True
    app.run()
    assert {"Log loss", "Calibration error", "ROC AUC", "Mean average precision"} < metrics(app).keys()
    assert meanings.AUC.sentence in shown(app)


def test_the_boxes_choose_a_cell_and_its_pictures_are_shown(run: Run) -> None:
    app = opened("Evaluate", run=run.id)
    assert "Pictures really" not in shown(app)
    for label, name in (("Really", 2), ("Said", 0)):
        next(box for box in app.selectbox if box.label == label).set_value(name).run()
    assert "Pictures really vehicle, said to be bird (3)" in shown(app)
    # Once in the cell, once among the mistakes.
    assert tiles(app) == ["vehicle → bird 74%", "vehicle → bird 73%", "vehicle → bird 72%"] * 2


def test_a_link_opens_a_cell(run: Run) -> None:
    app = opened("Evaluate", run=run.id, really="fruit")
    assert "Pictures really fruit (3)" in shown(app)
    app = opened("Evaluate", run=run.id, said="vehicle")
    assert "Pictures said to be vehicle (0)" in shown(app)
    assert "There is no such picture" in shown(app)
    assert "really" not in shown(opened("Evaluate", run=run.id, really="no such class"))


def test_a_picture_is_opened_and_stays_in_the_link(
    run: Run, few: Dataset, explained: list[tuple[str, str]]
) -> None:
    app = opened("Evaluate", run=run.id)
    assert explained == []
    next(button for button in app.button if "74" in button.label).click().run()
    assert not app.exception
    assert app.query_params["judged"] == vehicles(few)[0]
    assert {"It is": "vehicle", "The model said": "bird"}.items() <= metrics(app).items()
    assert explained == [(vehicles(few)[0], "bird")]
    again = opened("Evaluate", run=run.id, judged=vehicles(few)[1])
    assert {"It is": "vehicle", "The model said": "bird"}.items() <= metrics(again).items()


def test_a_picture_that_was_not_judged_is_said_once(run: Run, explained: list[tuple[str, str]]) -> None:
    app = opened("Evaluate", run=run.id, judged="../../etc/passwd")
    assert "is not among those that this run was judged by" in shown(app)
    assert "judged" not in app.query_params
    assert "is not among those" not in shown(app.run())
    assert explained == []


def test_right_ones_are_shown_when_asked_for(run: Run) -> None:
    app = opened("Evaluate", run=run.id)
    assert len(tiles(app)) == 3
    app.session_state["least_certain"] = True
    app.run()
    assert tiles(app)[3:] == [f"fruit {p}%" for p in (75, 76, 77)] + [f"bird {p}%" for p in (78, 79, 80)]


def test_many_pictures_are_turned_page_by_page(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ui.judged_gallery.PER_PAGE", 2)
    app = opened("Evaluate", run=run.id)
    assert "Pictures 1–2 of 3" in shown(app)
    assert tiles(app) == ["vehicle → bird 74%", "vehicle → bird 73%"]


def test_an_older_evaluation_is_shown_whole(run: Run) -> None:
    told = json.loads(run.evaluation_file.read_text())
    del told["val"]["figures"]
    run.evaluation_file.write_text(json.dumps(told))
    app = opened("Evaluate", run=run.id)
    assert not app.exception
    assert metrics(app)["95% interval"] == "35–88%"
