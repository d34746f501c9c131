"""The concepts: whole, linked, each with a picture that is told in words too."""

import plotly.graph_objects as go
import pytest
from PIL import Image

from tests.conftest import SAMPLE
from tlcore import lessons

IDS = [concept.id for concept in lessons.CONCEPTS]
PICTURE = sorted((SAMPLE / "bird").iterdir())[0]


def test_each_concept_has_an_id_of_its_own_and_is_found_by_it() -> None:
    assert len(set(IDS)) == len(IDS) == 14
    assert [lessons.get(id).id for id in IDS] == IDS


@pytest.mark.parametrize("id", IDS)
def test_a_concept_is_whole(id: str) -> None:
    concept = lessons.get(id)
    assert concept.question.endswith(f"{concept.title.lower()}?")
    assert concept.sentence.endswith(".")
    assert 20 < len(concept.more.split()) < 80
    assert {*concept.see} <= {*IDS} - {id}
    assert concept.see


@pytest.mark.parametrize("id", IDS)
def test_a_concept_has_a_picture(id: str) -> None:
    drawing = lessons.draw(id, PICTURE)
    assert len(drawing.alt.split()) > 6
    if isinstance(drawing.shown, go.Figure):
        assert drawing.shown.data
    else:
        assert isinstance(drawing.shown, Image.Image)
        # More than one colour: something was drawn.
        assert len(drawing.shown.convert("RGB").getcolors(1 << 20) or []) > 50


def test_the_same_picture_is_drawn_each_time() -> None:
    """Of an unchanged chart the browser keeps what is hovered."""
    for id in ("feature", "batch", "calibration"):
        first, second = (lessons.draw(id, PICTURE).shown for _ in range(2))
        assert isinstance(first, go.Figure)
        assert isinstance(second, go.Figure)
        assert first.to_json() == second.to_json()


def test_the_curves_show_what_is_said() -> None:
    overfitting, rate = (lessons.draw(id, PICTURE).shown for id in ("overfitting", "learning_rate"))
    validation = next(trace for trace in overfitting.data if trace.name == "Validation")
    assert validation.y.index(min(validation.y)) == 3
    low, right, high = (trace.y for trace in rate.data)
    assert right[-1] < 0.01 < 0.5 < low[-1] < 1 < high[-1] < 2
