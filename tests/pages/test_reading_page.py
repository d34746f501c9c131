"""What a run shows on Train and Evaluate, and the change that is taken over; the concepts."""

import pytest
from streamlit.testing.v1 import AppTest

from tests import engines
from tests.engines import FakeEngine
from tests.judged_runs import judged
from tests.pages.test_pages import opened, shown
from tlcore import lessons, reading, recipes
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.runs import Run
from tlcore.workspace import Workspace

TITLE = "What this run shows"


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture
def run(at_home: Workspace, few: Dataset) -> Run:
    """Its loss was still falling when it ended, with a third of the pictures wrong."""
    made = judged(at_home, few, "Short", wrong=(0, 4, 8), recipe=Recipe().changed("phases.0.epochs", 3))
    figures = {"loss": 0.3, "accuracy": 0.85, "val_loss": 0.5, "val_accuracy": 0.67}
    made.record("epoch", phase=0, epoch=3, seconds=1.0, **figures)
    made.record("done", message="", seconds={}, val_accuracy=2 / 3, test_accuracy=None)
    return made


def words(app: AppTest) -> str:
    assert not app.exception
    text = shown(app).replace("\\", "")
    assert "Something went wrong" not in text
    return text


def pressed(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


@pytest.mark.parametrize("page", ["Train", "Evaluate"])
def test_the_findings_stand_on_the_page(page: str, at_home: Workspace, run: Run) -> None:
    found = reading.of(at_home, run)
    assert "still_improving" in [one.name for one in found]
    text = words(opened(page, run=run.id))
    assert TITLE in text
    assert all(one.sentence in text for one in found)
    # What will change is seen before anything is done.
    assert "**Epochs:** 3 → 8" in text


@pytest.mark.parametrize("page", ["Train", "Evaluate"])
def test_a_change_becomes_the_recipe_of_the_next_run(
    page: str, at_home: Workspace, run: Run, crew: FakeEngine
) -> None:
    app = pressed(opened(page, run=run.id), "As a new run")
    text = words(app)
    assert [title.value for title in app.title] == ["Train"]
    assert "Unlike Short: **Epochs** 3 → 8" in text
    assert recipes.load(at_home, app.query_params["recipe"]).phases[0].epochs == 8
    assert app.query_params["run"] == run.id
    # It costs nothing until somebody starts it.
    assert crew.keys == []


def test_a_run_can_be_trained_on(at_home: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "tlcore.jobs.extend", lambda space, run, epochs, owner: asked.append((run.id, epochs))
    )
    pressed(opened("Train", run=run.id), "Train this run on")
    assert asked == [(run.id, 5)]


def test_the_same_recipe_differs_in_nothing(at_home: Workspace, run: Run) -> None:
    same = recipes.save(at_home, run.recipe)
    assert "Unlike" not in words(opened("Train", run=run.id, recipe=same))


def test_names_of_classes_are_literal(at_home: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = (reading.Finding("x", "'![](http://x)' is never said.", None, "class_weights"),)
    monkeypatch.setattr("tlcore.reading.of", lambda workspace, run: hostile)
    text = shown(opened("Evaluate", run=run.id))
    assert "is never said" in text
    assert "![](" not in text


# --- Concepts ---


@pytest.mark.parametrize("concept", lessons.CONCEPTS, ids=lambda concept: concept.id)
def test_a_link_opens_a_concept(home: Workspace, concept: lessons.Concept) -> None:
    app = opened("Concepts", concept=concept.title)
    text = words(app)
    assert [heading.value for heading in app.header][0] == concept.question
    assert concept.more in shown(app)
    assert all(f"**{one.title}.** {one.sentence}" in text for one in lessons.CONCEPTS)


def test_see_also_leads_on(home: Workspace) -> None:
    app = pressed(opened("Concepts", concept="Freezing"), "Overfitting")
    assert [heading.value for heading in app.header][0] == "What is overfitting?"
    assert app.query_params["concept"] == "Overfitting"


def test_a_link_to_no_concept_shows_the_first(home: Workspace) -> None:
    app = opened("Concepts", concept="<b>")
    assert "What is a backbone?" in words(app)


def test_a_concept_is_explained_in_place(at_home: Workspace, few: Dataset, run: Run) -> None:
    asked = {
        "Model": {"backbone", "feature", "freezing", "head", "class_weights"},
        "Train": {"epoch", "learning_rate", "batch", "augmentation", "validation", "overfitting"},
        "Evaluate": {"confusion_matrix", "calibration"},
    }
    for page, ids in asked.items():
        app = opened(page, run=run.id, dataset=few.id)
        questions = {popover.proto.popover.label for popover in app.main.get("popover")}
        assert {lessons.get(id).question for id in ids} <= questions
        id = sorted(ids)[0]
        assert lessons.get(id).more not in shown(app)
        app.session_state[f"what_is_{id}_"] = True
        app.run()
        assert lessons.get(id).more in shown(app)
