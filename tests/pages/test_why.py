"""The heat map of a picture, on the page where it was judged."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import opened, shown
from tlcore import pictures
from tlcore.datasets import Dataset, Split
from tlcore.runs import Run
from tlcore.workspace import Workspace, read_json, write_json


@pytest.fixture
def page(at_home: Workspace, few: Dataset, trained: Run) -> AppTest:
    item = few.of(Split.VAL)[0]
    return opened("Predict", run=trained.id, picture=pictures.keep(at_home, few.path(item).read_bytes()))


def test_the_likeliest_class_is_shown_first_and_any_can_be_asked_for(page: AppTest, trained: Run) -> None:
    assert not page.exception
    assert not page.error
    (choice,) = [box for box in page.selectbox if box.label == "What speaks for"]
    # The likeliest first, each with its probability.
    assert [option.split(" (")[0] for option in choice.options][0] == choice.value
    assert sorted(option.split(" (")[0] for option in choice.options) == sorted(trained.classes)
    assert f"raised the score of {choice.value} most" in shown(page)
    assert "7 × 7 cells" in shown(page)
    other = choice.options[1].split(" (")[0]
    page = choice.select(other).run()
    assert not page.error
    assert f"score of {other} most" in shown(page) or f"No part of this picture speaks for {other}" in shown(
        page
    )


def test_the_strength_of_the_colours_stays_for_the_next_class(page: AppTest) -> None:
    (strength,) = [slider for slider in page.slider if slider.label == "Strength of the colours"]
    assert strength.value == 60
    page = strength.set_value(20).run()
    (choice,) = [box for box in page.selectbox if box.label == "What speaks for"]
    page = choice.select(choice.options[1].split(" (")[0]).run()
    assert [slider.value for slider in page.slider if slider.label == "Strength of the colours"] == [20]


def test_why_there_is_no_map_is_said(page: AppTest, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from tlcore import runtimes
    from tlcore.errors import RunError

    record = read_json(trained.folder / "graph.json")
    # Another time of change: what was opened before is not taken again.
    write_json(trained.folder / "graph.json", record)
    monkeypatch.setattr(runtimes, "graph_files", _refuses(RunError("It differs too much.")))
    page = page.run()
    assert r"There is no heat map. It differs too much\." in [caption.value for caption in page.caption]
    assert not page.error
    assert not page.exception


def _refuses(error: Exception):
    def refuse(*_: object) -> None:
        raise error

    return refuse
