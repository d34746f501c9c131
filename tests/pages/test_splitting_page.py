"""The split is seen before it is accepted."""

from streamlit.testing.v1 import AppTest

from tests import pictures
from tests.pages.test_gallery import button, click
from tests.pages.test_pages import metrics, opened, shown
from tests.test_grouping import animals
from tlcore import datasets, intake
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace


def slide(app: AppTest, label: str, value: int) -> None:
    next(slider for slider in app.slider if slider.label == label).set_value(value).run()
    assert not app.exception


def outcome(app: AppTest) -> list[list[object]]:
    return app.dataframe[0].value.values.tolist()


def taken(home: Workspace) -> Dataset:
    return intake.take(home, pictures.classes("cats", "dogs", each=20).items(), name="pets")


def test_the_counts_follow_the_sliders_and_nothing_is_written(home: Workspace) -> None:
    dataset = taken(home)
    app = opened("Data", dataset=dataset.id)
    assert outcome(app) == [["cats", 15, 5, 0], ["dogs", 15, 5, 0]]
    assert "This is the split as it is." in shown(app)
    assert button(app, "Use this split").disabled
    slide(app, "For validation", 40)
    slide(app, "For a final test", 10)
    assert outcome(app) == [["cats", 10, 8, 2], ["dogs", 10, 8, 2]]
    assert "pictures would change sides." in shown(app)
    assert len(datasets.list_cards(home)) == 1
    click(app, "Use this split")
    assert metrics(app)["For validation"] == "16"
    assert [card.version for card in datasets.list_cards(home)] == [2, 1]


def test_groups_are_offered_and_kept_together(home: Workspace) -> None:
    dataset = intake.take(home, animals().items(), name="animals")
    app = opened("Data", dataset=dataset.id)
    box = next(box for box in app.selectbox if box.label == "Keep on one side")
    assert box.options == ["Equal pictures", "8 groups by folder, level 1, as animal0"]
    box.set_value("folder:1").run()
    assert outcome(app) == [["day", 30, 10, 0], ["night", 30, 10, 0]]
    click(app, "Use this split")
    assert datasets.list_cards(home)[0].change.endswith("groups kept together")


def test_a_class_that_cannot_be_split_is_explained(home: Workspace) -> None:
    files = pictures.classes("one/a", "two/a", each=6) | {
        f"one/b/{n}.png": pictures.png(700 + n) for n in range(6)
    }
    app = opened("Data", dataset=intake.take(home, files.items(), name="x").id)
    next(box for box in app.selectbox if box.label == "Keep on one side").set_value("folder:1").run()
    assert "Class 'b' has no picture for validation: its pictures come from 1 group" in shown(app).replace(
        "\\", ""
    )
    assert button(app, "Use this split").disabled


def test_without_groups_none_are_offered(home: Workspace) -> None:
    app = opened("Data", dataset=taken(home).id)
    assert "Keep on one side" not in [box.label for box in app.selectbox]
