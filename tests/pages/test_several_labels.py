"""The pages of a dataset whose pictures have several labels, with hostile names."""

import pytest

from tests import pictures, several_labels
from tests.pages.test_pages import metrics, opened, shown
from tests.pictures import taken
from tests.several_labels import HOSTILE
from tlcore.datasets import Dataset
from tlcore.runs import Run
from tlcore.workspace import Workspace

ESCAPED = r"\!\[\]\(http\:x\) \*\*b\*\*"


@pytest.fixture
def dataset(home: Workspace) -> Dataset:
    return several_labels.taken(home)


@pytest.fixture
def run(home: Workspace, dataset: Dataset) -> Run:
    return several_labels.judged(home, dataset)


def test_the_data_page_counts_them(dataset: Dataset) -> None:
    app = opened("Data", dataset=dataset.id)
    assert not app.exception
    assert not app.error
    assert metrics(app) == {"Pictures": "12", "Classes": "3", "For training": "8", "For validation": "4"}
    assert "Several labels per picture: 12 of 12 have more than one, 2.0 on average." in shown(app)
    box = next(box for box in app.selectbox if box.label == "Class")
    assert box.options == [HOSTILE, "cat", "owl"]


def test_an_ordinary_dataset_says_nothing_of_it(home: Workspace) -> None:
    app = opened("Data", dataset=taken(home, pictures.classes("cats", "dogs")).id)
    assert "Several labels per picture: " not in shown(app)


def test_the_table_is_explained_before_there_are_pictures(home: Workspace) -> None:
    app = opened("Data")
    assert not app.exception
    assert [code.value for code in app.code] == ["file,labels\nimages/1.jpg,cat\nimages/2.jpg,cat;dog"]


def test_the_evaluate_page(run: Run) -> None:
    app = opened("Evaluate", run=run.id)
    assert not app.exception
    assert not app.error
    assert metrics(app) == {
        "Exact match": "75.0%",
        "95% interval": "30–95%",
        "Accuracy": "83.3%",
        "Macro F1": "84.1%",
    }
    assert "all their labels found, and no other. Here it is 3 of 4." in shown(app)
    assert "Confusion matrix" not in shown(app)
    assert "Mistakes (1)" in shown(app)
    one, classes = (table.value for table in app.dataframe)
    assert one.values.tolist() == [["Yes", 3, 1], ["No", 0, 0]]
    assert classes["Class"].tolist() == [HOSTILE, "cat", "owl"]
    assert classes["Pictures"].tolist() == [4, 2, 2]
    assert f"{ESCAPED}, cat → none" in [button.label.replace(r"\,", ",") for button in app.button]


def test_the_figure_of_a_run_is_named(run: Run) -> None:
    """Not the share of yes and no that are right: it is high of a model that has learned nothing."""
    assert metrics(opened("Export", run=run.id))["Validation exact match"] == "75.0%"
    row = opened("Runs", run=run.id).dataframe[0].value.iloc[0]
    assert (row["Validation"], row["Measure"]) == (0.75, "Exact match")


def test_a_run_without_a_result_has_no_figure(home: Workspace, run: Run) -> None:
    run.evaluation_file.unlink()
    table = opened("Runs", run=run.id).dataframe[0].value
    assert {"Validation", "Measure"}.isdisjoint(table.columns)


def test_another_class_is_looked_at(run: Run) -> None:
    app = opened("Evaluate", run=run.id, shown_class="owl")
    assert app.dataframe[0].value.values.tolist() == [["Yes", 2, 0], ["No", 0, 2]]
    next(box for box in app.selectbox if box.label == "Class").set_value(1).run()
    assert app.dataframe[0].value.values.tolist() == [["Yes", 1, 1], ["No", 0, 2]]
