"""The dial of the Evaluate page, and what the Predict page says after it was set."""

import pytest
from streamlit.testing.v1 import AppTest

from tests import overconfident, several_labels
from tests.pages.test_pages import metrics, opened, shown
from tests.pictures import png
from tlcore import atlas, confidence, pictures, unlike
from tlcore.confidence import NONE, Choice
from tlcore.datasets import Dataset, Split
from tlcore.errors import EngineError, NotFound
from tlcore.runs import Run
from tlcore.unlike import Verdict
from tlcore.workspace import Workspace, read_json, write_json

RULE = "Temperature scaling"


@pytest.fixture
def run(home: Workspace, few: Dataset) -> Run:
    return overconfident.finished(home, few)


def dial(run: Run) -> AppTest:
    app = opened("Evaluate", run=run.id)
    app.session_state["confidence"] = True
    app.run()
    assert not app.exception
    return app


def button(app: AppTest, label: str) -> object:
    (found,) = [one for one in app.button if one.label == label]
    return found


def sentence(run: Run, split: Split, threshold: float) -> str:
    point = confidence.study(run).coverages[split].at(threshold)
    name = {Split.VAL: "validation", Split.TEST: "test"}[split]
    return f"At {threshold:.0%} it answers **{point.answered} of {point.pictures}** {name} pictures"


def test_nothing_is_computed_until_somebody_asks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confidence, "study", lambda run: pytest.fail("it was computed"))
    app = opened("Evaluate", run=run.id)
    assert not app.exception
    assert RULE not in shown(app)


def test_the_dial_is_moved_used_and_taken_back(run: Run) -> None:
    app = dial(run)
    assert RULE in shown(app)
    assert "its percentages were too sure of themselves" in shown(app)
    for split in (Split.VAL, Split.TEST):
        assert sentence(run, split, 0.8) in shown(app)
    app.slider[0].set_value(65).run()
    assert sentence(run, Split.VAL, 0.65) in shown(app)
    # Looking is not choosing.
    assert confidence.chosen(run) == NONE
    assert "Nothing is in use" in shown(app)
    button(app, "Use this").click().run()
    assert confidence.chosen(run) == Choice(confidence.study(run).fit.temperature, 0.65)
    assert [one.value for one in app.success][0].startswith("In use: it answers from 65%")
    assert button(app, "Use this").disabled
    # In another tab the dial stands where it was set.
    assert dial(run).slider[0].value == 65
    button(app, "Take it back").click().run()
    assert confidence.chosen(run) == NONE
    assert "Nothing is in use" in shown(app)


def test_a_choice_that_counts_no_more_is_told(run: Run) -> None:
    confidence.use(run, 0.9)
    judged = read_json(run.evaluation_file)
    judged["val"]["pictures"][0]["probabilities"] = [0.2, 0.3, 0.5]
    write_json(run.evaluation_file, judged)
    assert "What was chosen counts no more" in shown(dial(run))


def test_a_damaged_choice_can_be_taken_back(run: Run) -> None:
    (run.folder / confidence.FILE).write_bytes(b"{")
    app = dial(run)
    assert "is damaged" in app.error[0].value
    button(app, "Take it back").click().run()
    assert not app.error
    assert not (run.folder / confidence.FILE).exists()


def test_of_few_pictures_only_the_dial_is_offered(home: Workspace, few: Dataset) -> None:
    app = dial(overconfident.finished(home, few, {Split.VAL: 20}))
    assert "It takes 30 validation pictures to find a temperature; there are 20." in shown(app)
    app.slider[0].set_value(0).run()
    assert button(app, "Use this").disabled


def test_of_several_labels_all_have_to_be_right(home: Workspace) -> None:
    app = dial(several_labels.judged(home, several_labels.taken(home)))
    assert "of these have all their labels right" in shown(app)
    button(app, "Use this").click().run()
    assert "with the percentages of its model" in app.success[0].value


@pytest.fixture
def picture(at_home: Workspace, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("pages.ui.why.show", lambda *words: None)
    monkeypatch.setattr(atlas, "atlas_of", lambda space, run: None)
    return pictures.keep(at_home, png(3))


def test_the_predict_page_says_that_it_does_not_know(trained: Run, picture: str) -> None:
    sure = opened("Predict", run=trained.id, picture=picture)
    assert "It looks like" in metrics(sure)
    try:
        confidence.use(trained, 0.99)
        app = opened("Predict", run=trained.id, picture=picture)
    finally:
        confidence.drop(trained)
    assert not app.exception
    assert metrics(app) == {"It says": "I don't know"}
    assert "less than 99% sure" in shown(app).replace("\\", "")
    assert f"Its best guess: {metrics(sure)['It looks like']}" in shown(app).replace("\\", "")


@pytest.mark.parametrize(("distance", "warned"), [(0.7, True), (0.3, False)])
def test_what_is_unlike_the_training_pictures_is_told(
    trained: Run, picture: str, monkeypatch: pytest.MonkeyPatch, distance: float, warned: bool
) -> None:
    monkeypatch.setattr(atlas, "atlas_of", lambda space, run: object())
    monkeypatch.setattr(atlas, "of_picture", lambda space, run, path: [])
    monkeypatch.setattr(unlike, "of_near", lambda space, run, near: Verdict(distance, 0.5))
    # Kept by the run and its picture.
    monkeypatch.setattr(atlas, "key_of", lambda space, run: f"key-{distance}")
    said = shown(opened("Predict", run=trained.id, picture=picture)).replace("\\", "")
    assert ("Unlike anything it was trained on: 0.70 away" in said) == warned


def test_the_nearest_pictures_are_looked_for_when_asked(
    trained: Run, picture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("pages.ui.nearest.show", lambda run, path, judged: asked.append(path.stem))
    app = opened("Predict", run=trained.id, picture=picture)
    assert asked == []
    app.session_state["nearest_pictures"] = True
    app.run()
    assert asked == [picture]


@pytest.mark.parametrize("error", [NotFound("The features are gone."), EngineError("No time.")])
def test_where_it_cannot_be_compared_the_answer_stays(
    trained: Run, picture: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(space: Workspace, run: Run, path: object) -> None:
        raise error

    monkeypatch.setattr(atlas, "atlas_of", lambda space, run: object())
    monkeypatch.setattr(atlas, "key_of", lambda space, run: "another")
    monkeypatch.setattr(atlas, "of_picture", fail)
    app = opened("Predict", run=trained.id, picture=picture)
    assert not app.exception
    assert not app.error
    assert "It looks like" in metrics(app)
    assert f"is not known now. {error}" in shown(app).replace("\\", "")
