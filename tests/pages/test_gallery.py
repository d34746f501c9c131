"""Looking through the pictures of a class and changing the dataset by clicks."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import gallery
from pages.ui.gallery import PER_PAGE
from pages.ui.messages import literal
from tests import pictures
from tests.pages.test_pages import opened, shown
from tlcore import datasets, intake, thumbnails, versions
from tlcore.datasets import Dataset, Split
from tlcore.workspace import Workspace


@pytest.fixture
def dataset(home: Workspace) -> Dataset:
    files = pictures.classes("cup", "mug", each=40) | pictures.classes("jar", "pot")
    return intake.take(home, files.items(), name="things")


def button(app: AppTest, label: str) -> object:
    return next(button for button in app.button if button.label == label)


def click(app: AppTest, label: str) -> None:
    button(app, label).click().run()
    assert not app.exception


def pick(app: AppTest, *names: str) -> None:
    for name in names:
        next(box for box in app.checkbox if box.label.replace("\\", "") == name).check().run()


def chosen(app: AppTest, home: Workspace) -> Dataset:
    return datasets.load(home, app.query_params["dataset"])


def of_class(app: AppTest, name: str, kind: str = "Class") -> None:
    box = next(box for box in app.selectbox if box.label == kind)
    box.select_index(box.options.index(name)).run()


def test_only_what_is_shown_is_read(home: Workspace, dataset: Dataset) -> None:
    app = opened("Data", dataset=dataset.id)
    assert len(app.get("image")) == len(app.checkbox) == PER_PAGE
    assert "Pictures 1–36 of 40" in shown(app)
    assert sum(file.is_file() for file in home.thumbnails.rglob("*")) == PER_PAGE
    app.get("pagination")[0].set_value(2).run()
    assert len(app.checkbox) == 4
    assert "Pictures 37–40 of 40" in shown(app)


def test_every_picture_has_a_name_and_says_its_side(home: Workspace, dataset: Dataset) -> None:
    app = opened("Data", dataset=dataset.id)
    item = dataset.items[0]
    side = {Split.TRAIN: "training", Split.VAL: "validation"}[item.split]
    assert app.get("image")[0].proto.imgs[0].alt == f"cup: {item.name}, {side}"
    assert app.checkbox[0].label.replace("\\", "") == item.name


def test_search_and_side_narrow_it(home: Workspace, dataset: Dataset) -> None:
    app = opened("Data", dataset=dataset.id)
    next(box for box in app.text_input if box.label == "Search file names").set_value("1.PNG").run()
    names = sorted(box.label.replace("\\", "") for box in app.checkbox)
    assert names == ["1.png", "11.png", "21.png", "31.png"]
    next(one for one in app.segmented_control if one.label == "Side of the split").set_value(Split.VAL).run()
    left = {item.name for item in dataset.of(Split.VAL) if item.label == 0 and item.name.endswith("1.png")}
    assert {box.label.replace("\\", "") for box in app.checkbox} == left


def test_chosen_pictures_are_moved_and_the_way_back_is_there(home: Workspace, dataset: Dataset) -> None:
    app = opened("Data", dataset=dataset.id)
    pick(app, "3.png", "5.png")
    of_class(app, "pot", "Move to")
    click(app, "Move 2 pictures")
    moved = chosen(app, home)
    assert pictures.sizes(moved) == {"cup": 38, "jar": 4, "mug": 40, "pot": 6}
    assert moved.parent == dataset.id
    assert "**Version 2**: 2 pictures moved from 'cup' to 'pot'" in shown(app).replace("\\", "")
    assert not any(box.value for box in app.checkbox)
    click(app, "Back to version 1")
    assert chosen(app, home) == dataset
    click(app, "On to version 2")
    assert chosen(app, home) == moved


def test_all_that_is_shown_is_chosen_and_let_go(home: Workspace, dataset: Dataset) -> None:
    app = opened("Data", dataset=dataset.id)
    of_class(app, "mug")
    click(app, "Select all shown")
    assert all(box.value for box in app.checkbox)
    assert button(app, "Delete 36 pictures")
    click(app, "Clear selection")
    assert not any(box.value for box in app.checkbox)
    assert not [one for one in app.button if one.label.startswith("Delete 36")]


def test_a_refusal_is_a_sentence_and_changes_nothing(home: Workspace, dataset: Dataset) -> None:
    app = opened("Data", dataset=dataset.id)
    of_class(app, "jar")
    click(app, "Select all shown")
    click(app, "Delete 4 pictures")
    assert "Class 'jar' has 0 usable images; 4 are needed" in shown(app).replace("\\", "")
    assert chosen(app, home) == dataset


def rename(app: AppTest) -> None:
    next(box for box in app.text_input if box.label == "New name").set_value("*beaker*").run()
    click(app, "Rename")


def merge(app: AppTest) -> None:
    of_class(app, "mug", "Merge into")
    click(app, "Merge")


@pytest.mark.parametrize(
    ("change", "sizes", "looked_at"),
    [
        (rename, {"*beaker*": 40, "jar": 4, "mug": 40, "pot": 4}, "*beaker*"),
        (merge, {"jar": 4, "mug": 80, "pot": 4}, "mug"),
        (lambda app: click(app, "Remove the class and its pictures"), {"jar": 4, "mug": 40, "pot": 4}, "jar"),
    ],
)
def test_a_class_is_changed(
    home: Workspace,
    dataset: Dataset,
    change: Callable[[AppTest], None],
    sizes: dict[str, int],
    looked_at: str,
) -> None:
    app = opened("Data", dataset=dataset.id)
    change(app)
    assert not app.exception
    assert pictures.sizes(chosen(app, home)) == sizes
    box = next(box for box in app.selectbox if box.label == "Class")
    assert box.options[box.value] == looked_at


def test_a_picture_that_is_gone_leaves_the_others(home: Workspace, dataset: Dataset) -> None:
    dataset.path(dataset.items[0]).unlink()
    app = opened("Data", dataset=dataset.id)
    assert not app.exception
    assert len(app.get("image")) == PER_PAGE - 1
    assert "The picture is missing." in shown(app)


def test_versions_share_their_thumbnails(home: Workspace, dataset: Dataset) -> None:
    again = datasets.resplit(home, dataset, val_fraction=0.5, test_fraction=0.0, seed=1)
    one, other = dataset.path(dataset.items[0]), again.path(again.items[0])
    first = thumbnails.of(home, one, 64)
    one.unlink()
    other.unlink()
    assert thumbnails.of(home, other, 64) == first
    assert thumbnails.of_each(home, [other, home.home / "none.png"], 64) == [first, None]


def test_a_dataset_is_deleted_after_a_second_question(home: Workspace, dataset: Dataset) -> None:
    version = versions.delete(home, dataset, dataset.items[:1])
    app = opened("Data", dataset=version.id)
    click(app, "Delete it for good")
    assert app.query_params["dataset"] == dataset.id
    assert [one.value for one in app.success][0] == literal("things, version 2, is deleted.")
    assert [card.id for card in datasets.list_cards(home)] == [dataset.id]


def test_another_dataset_is_put_to_this_one(home: Workspace, dataset: Dataset) -> None:
    other = pictures.taken(
        home, {f"{c}/{n}.png": pictures.png(7000 + n) for c in ("Pot", "tea") for n in range(4)}
    )
    app = opened("Data", dataset=dataset.id)
    next(box for box in app.selectbox if box.label == "Put together with").set_value(other.id).run()
    click(app, "Put together")
    assert pictures.sizes(chosen(app, home)) == {"cup": 40, "jar": 4, "mug": 40, "pot": 8, "tea": 4}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("3.png", "3.png"),
        ("new_penguin-2 b.jpg", "new_penguin-2 b.jpg"),
        ("a_very_long_name_of_a_picture.jpg", "a_very_long_name_of_a_p…"),
        ("_a_.png", r"\_a\_\.png"),
        ("1. x.png", r"1\. x\.png"),
        ("www.x.png", r"www\.x\.png"),
        (":red[x].png", r"\:red\[x\]\.png"),
    ],
)
def test_a_label_has_no_escapes_that_it_does_not_need(name: str, label: str) -> None:
    assert gallery._label_of(name) == label
