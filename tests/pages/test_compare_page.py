"""The Compare page: which runs, whether they differ, and the pictures that tell them apart."""

import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import compare_choice, session, state
from pages.ui.numbers import percent, tenth
from tests import engines, several_labels
from tests.engines import FakeEngine
from tests.judged_runs import judged
from tests.pages.test_pages import opened, shown
from tlcore import datasets, speed
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.runs import Run
from tlcore.workspace import Workspace

HOSTILE = "![](http://127.0.0.1:9/x.png) **b** <img src=x>"


@pytest.fixture(autouse=True)
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture
def few_here(home: Workspace, few: Dataset) -> Dataset:
    shutil.copytree(few.folder, home.datasets / few.id)
    return datasets.load(home, few.id)


@pytest.fixture
def pair(home: Workspace, few_here: Dataset) -> list[Run]:
    """The second is wrong about eight of nine, the first about the ninth."""
    worse = judged(home, few_here, HOSTILE, range(8), Recipe().changed("seed", 7), seconds=20.0)
    return [judged(home, few_here, "Good", {8}), worse]


def words(app: AppTest) -> str:
    assert not app.exception
    assert "Something went wrong" not in shown(app)
    return shown(app).replace("\\", "")


def compared(*made: Run) -> str:
    return ".".join(run.id for run in made)


def test_the_newest_two_are_compared_by_themselves(pair: list[Run]) -> None:
    app = opened("Compare")
    # Within a second the ids tell no order.
    assert {*app.multiselect[0].value} == {run.id for run in pair}
    assert "is measurably better than" in words(app)


def test_what_is_told_of_two_runs(pair: list[Run]) -> None:
    app = opened("Compare", compared=compared(*pair))
    assert "**A** (Good) is measurably better than **B**" in words(app)
    assert "on these 9 pictures: A alone gets 8 right, B alone 1 (McNemar's test, p = 0.039)." in words(app)
    assert HOSTILE not in shown(app)
    table = app.dataframe[0].value.set_index("Run")
    assert table.loc["A · Good", "Right"] == "8 of 9"
    assert table.loc["A · Good", "95% interval"] == "57–98%"
    assert (table.loc["A · Good", "Took"], table.loc["A · Good", "Model size"]) == (10.0, "2 MB")
    differences = app.table[0].value
    assert [[cell.replace("\\", "") for cell in row] for row in differences.values.tolist()] == [
        ["Seed", "0", "7"]
    ]
    assert "the p-values are corrected" not in words(app)


def test_a_link_names_the_runs_and_their_order(home: Workspace, few_here: Dataset, pair: list[Run]) -> None:
    third = judged(home, few_here, "Third")
    app = opened("Compare", compared=compared(third, *pair))
    assert [name[:3] for name in app.dataframe[0].value["Run"]] == ["A ·", "B ·", "C ·"]
    assert "With 3 pairs at once" in words(app)
    app.multiselect[0].set_value([run.id for run in pair]).run()
    assert app.query_params["compared"] == compared(*pair)
    app.multiselect[0].set_value([third.id]).run()
    assert "Choose two runs or more" in words(app)


def test_what_a_link_cannot_have_is_said(home: Workspace, few_here: Dataset, pair: list[Run]) -> None:
    unfinished = judged(home, few_here, "Unfinished")
    unfinished.model_file.unlink()
    app = opened("Compare", compared=f"{compared(*pair, unfinished)}.<b>")
    assert "Unfinished has no model yet, so it is left out." in words(app)
    assert len(app.warning) == 2
    assert len(app.dataframe[0].value) == 2


def test_another_side_of_the_split(pair: list[Run]) -> None:
    app = opened("Compare", compared=compared(*pair), compared_side="Test")
    assert list(app.dataframe[0].value["Right"]) == ["3 of 3", "3 of 3"]
    assert "the very same pictures right" in words(app)


def test_runs_on_different_datasets(home: Workspace, few_here: Dataset, pair: list[Run]) -> None:
    other = datasets.resplit(home, few_here, val_fraction=0.5, test_fraction=0.0, seed=5)
    app = opened("Compare", compared=compared(pair[0], judged(home, other, "Other")))
    assert "judged by different pictures (12, 18)" in words(app)
    rows = {row[0]: row[1:] for row in app.table[0].value.values.tolist()}
    assert rows["Version of the dataset"] == ["1", "2"]


def test_the_pictures_that_tell_them_apart_open_on_evaluate(
    few_here: Dataset, pair: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.ui.why.show", lambda run, path, label: None)
    # A widget keeps its value in the URL; that must not be in the way of another page.
    app = opened("Compare", compared=compared(*pair), compared_cost="Model size")
    assert "**Right by A, wrong by B** (8)" in words(app)
    assert "**Right by B, wrong by A** (1)" in words(app)
    tile = next(button for button in app.button if button.key == "only_B_A_0")
    assert tile.label.replace("\\", "") == "vehicle; A: bird 80%"
    tile.click().run()
    assert [title.value for title in app.title] == ["Evaluate"]
    judged_one = few_here.of(Split.VAL)[8].file
    assert (app.query_params["run"], app.query_params["judged"]) == (pair[0].id, judged_one)


def test_several_labels_are_told_by_their_names(home: Workspace) -> None:
    dataset = several_labels.taken(home)
    made = [several_labels.judged(home, dataset, missed) for missed in ((0,), (1, 0))]
    app = opened("Compare", compared=compared(*made))
    assert list(app.dataframe[0].value["Exact match"]) == [0.75, 0.75]
    labels = {str(button.key): button.label.replace("\\", "") for button in app.button}
    assert labels["only_B_A_0"].endswith("; A: none")
    assert re.search("; B: (cat|owl)$", labels["only_A_B_0"])
    assert "None of these runs has told its epochs." in words(app)


def test_pictures_are_turned_page_by_page(pair: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ui.compare_gallery.PER_PAGE", 3)
    app = opened("Compare", compared=compared(*pair))
    assert "Pictures 1–3 of 8" in words(app)
    assert len([button for button in app.button if str(button.key).startswith("only_A_B")]) == 3


def test_the_front_is_told_in_a_table(home: Workspace, few_here: Dataset, pair: list[Run]) -> None:
    cheap = judged(home, few_here, "Cheap", {0, 1}, seconds=2.0)
    app = opened("Compare", compared=compared(*pair, cheap))
    front = app.dataframe[1].value.set_index("Run")["Pareto front"]
    assert list(front) == ["on it", "beaten in both", "on it"]


def test_the_time_for_a_picture_is_measured_when_asked_for(
    pair: list[Run], crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("Compare", compared=compared(*pair), compared_cost="Time for a picture")
    assert "Good has no converted graph" in words(app)
    monkeypatch.setattr(speed, "can_be_measured", lambda workspace, run: True)
    app = opened("Compare", compared=compared(*pair), compared_cost="Time for a picture")
    next(button for button in app.button if button.label == "Measure it").click().run()
    assert crew.submitted == [("measure_job", str(state.workspace().home), *(run.id for run in pair))]
    monkeypatch.setattr(speed, "known_ms", lambda run: 12.5 if run.id == pair[0].id else None)
    app.run()
    assert list(app.dataframe[1].value["Time for a picture"]) == [12.5]
    assert "Measured on this machine" not in words(app)
    assert "Measure it" not in [button.label for button in app.button], "it still goes on"
    monkeypatch.setattr(speed, "known_ms", lambda run: 12.5)
    assert list(app.run().dataframe[1].value["Time for a picture"]) == [12.5, 12.5]


def test_one_run_alone(home: Workspace, few_here: Dataset) -> None:
    judged(home, few_here, "Alone")
    app = opened("Compare")
    assert "Choose two runs or more" in words(app)
    assert "Change something" in [button.label for button in app.button]


def test_several_runs_are_marked_in_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    here = session.Session()
    monkeypatch.setattr(session, "current", lambda: here)
    monkeypatch.setattr(session, "in_callback", lambda: True)
    for picked, run, marked in (
        (["a"], "a", ["a"]),
        (["a", "b"], "b", ["a", "b"]),
        (["c", "a", "b"], "c", ["a", "b", "c"]),
        (["c", "b"], "c", ["b", "c"]),
        (["b"], "b", ["b"]),
        ([], None, []),
    ):
        compare_choice.mark(picked)
        assert (state.selected("run"), compare_choice.marked()) == (run, marked)
    compare_choice.mark(["a", "b"])
    state.select(run="z")
    assert compare_choice.marked() == ["z"]


def test_the_list_leads_to_the_comparison(pair: list[Run]) -> None:
    app = opened("Runs", run=pair[0].id, compared=compared(*pair))
    next(button for button in app.button if button.label == "Compare these 2 runs").click().run()
    assert [title.value for title in app.title] == ["Compare"]
    assert app.multiselect[0].value == [run.id for run in pair]
    assert "Compare these" not in " ".join(b.label for b in opened("Runs", run=pair[0].id).button)


def test_a_table_says_a_share_as_the_page_does() -> None:
    """Streamlit writes up to two figures after the point."""
    for share in (0.77193, 0.75, 1 / 3, 1.0):
        assert f"{100 * tenth(share):.2f}" == percent(share).rstrip("%") + "0"
