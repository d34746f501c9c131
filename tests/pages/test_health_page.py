"""The health of a dataset on the Data page: asked for, told, and put right by a click."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.health import made
from tests.pages.test_pages import opened, shown
from tlcore import datasets, health, intake, recipes
from tlcore.asked import Stage, Standing
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.health import Finding, Kind, Report, store
from tlcore.health.findings import finding
from tlcore.workspace import Workspace, write_json

Make = Callable[[Dataset], list[Finding]]


@pytest.fixture
def few(home: Workspace, tmp_path: Path) -> Dataset:
    for row in range(24):
        name = "ab"[row % 2]
        (tmp_path / "few" / name).mkdir(parents=True, exist_ok=True)
        made.framed(made.noise(row), "black").save(tmp_path / "few" / name / f"{row:02}.png")
    return intake.take(home, tmp_path / "few", name="few", val_fraction=0.25, test_fraction=0.0)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the datasets that the engine was asked to look at."""
    ids: list[str] = []
    monkeypatch.setattr(health, "start", lambda workspace, dataset, *, owner="": ids.append(dataset.id))
    return ids


@pytest.fixture
def open_with(home: Workspace, few: Dataset, started: list[str]) -> Callable[[Make], AppTest]:
    def open_it(make: Make) -> AppTest:
        store.save(home, Report(few.id, len(few.items), tuple(make(few)), False, 1.0))
        return opened("Data", dataset=few.id)

    return open_it


def click(page: AppTest, label: str) -> AppTest:
    (button,) = [one for one in page.button if one.label == label]
    button.click().run()
    assert not page.exception
    return page


def now(page: AppTest, home: Workspace) -> Dataset:
    return datasets.load(home, page.query_params["dataset"])


def pair(dataset: Dataset, kind: Kind = Kind.NEAR) -> Finding:
    """One picture for training and one for validation, of one class or of two."""
    rows = [[row for row, item in enumerate(dataset.items) if item.split == side] for side in Split]
    other = rows[1][0] if kind is Kind.NEAR else rows[1][-1]
    return finding(dataset, kind, f"A {kind.value} pair.", [rows[0][0], other], spare=[other])


def test_it_is_asked_for(home: Workspace, few: Dataset, started: list[str]) -> None:
    page = opened("Data", dataset=few.id)
    click(page, "Check the pictures")
    assert started == [few.id]


def test_what_is_under_way_is_told(home: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "look", lambda *args: Standing(under_way=True, stage=Stage("looks", 6, 24)))
    page = opened("Data", dataset=few.id)
    assert not page.exception
    (bar,) = page.get("progress")
    assert (bar.proto.value, bar.proto.text) == (25, "Sharpness, colours and borders: 6 of 24")
    monkeypatch.setattr(health, "look", lambda *args: Standing(under_way=True))
    page = opened("Data", dataset=few.id)
    (bar,) = page.get("progress")
    assert (bar.proto.value, bar.proto.text) == (0, "Waiting for a free worker …")


def test_a_failure_is_a_sentence(home: Workspace, few: Dataset, started: list[str]) -> None:
    write_json(home.home / "health" / f"{few.id}.failed.json", {"message": "It failed."})
    page = opened("Data", dataset=few.id)
    assert [one.value.replace("\\", "") for one in page.error] == ["It failed."]
    click(page, "Try again")
    assert started == [few.id]


def test_nothing_found(open_with: Callable[[Make], AppTest]) -> None:
    page = open_with(lambda few: [])
    assert "24 pictures were looked at, and nothing was found" in page.success[0].value


def test_a_pair_goes_to_one_side(
    home: Workspace, few: Dataset, open_with: Callable[[Make], AppTest], started: list[str]
) -> None:
    page = open_with(lambda few: [pair(few)])
    assert "A near pair." in shown(page)
    click(page, "Keep them on one side")
    version = now(page, home)
    assert version.together == health.groups(few, [pair(few)])
    sides = {item.split for item in version.items if item.sha256 in version.together[0]}
    assert len(sides) == 1
    assert started == [version.id]


def test_one_of_a_pair_is_deleted(
    home: Workspace, few: Dataset, open_with: Callable[[Make], AppTest], started: list[str]
) -> None:
    page = open_with(lambda few: [pair(few)])
    first, _ = [one for one in page.button if one.label == "Delete"]
    first.click().run()
    gone = {item.sha256 for item in few.items} - {item.sha256 for item in now(page, home).items}
    assert gone == {few.items[pair(few).items[0]].sha256}


def test_a_pair_in_two_classes_goes_to_one(
    home: Workspace, few: Dataset, open_with: Callable[[Make], AppTest]
) -> None:
    page = open_with(lambda few: [pair(few, Kind.TWO_CLASSES)])
    click(page, "Both to b")
    labels = [item.label for item in now(page, home).items]
    assert (labels.count(0), labels.count(1)) == (11, 13)


def test_what_is_right_is_not_shown_again(home: Workspace, open_with: Callable[[Make], AppTest]) -> None:
    page = open_with(lambda few: [finding(few, Kind.BLURRED, "Blurred.", [3], spare=[3])])
    page.session_state["health_blurred"] = True
    page.run()
    click(page, "Keep as it is")
    assert "Nothing else was found in 24 pictures." in page.success[0].value
    assert "Blurred." not in shown(page)
    page.session_state["health_kept"] = True
    page.run()
    click(page, "Show again")
    assert not page.success
    assert health.kept_keys(home) == set()


def test_many_of_a_kind_are_shown_a_few_at_a_time(
    home: Workspace, few: Dataset, open_with: Callable[[Make], AppTest]
) -> None:
    page = open_with(
        lambda few: [
            finding(few, Kind.EXACT, f"Pair {row}.", [row, row + 12], spare=[row + 12]) for row in range(8)
        ]
    )
    assert [f"Pair {row}." in shown(page) for row in range(8)] == [True] * 6 + [False] * 2
    click(page, "Show 2 more")
    assert "Pair 7." in shown(page)
    click(page, "Keep the largest of each, delete 8")
    assert len(now(page, home).items) == 16


def test_classes_are_merged(home: Workspace, tmp_path: Path, started: list[str]) -> None:
    for row in range(18):
        name = "abc"[row % 3]
        (tmp_path / "three" / name).mkdir(parents=True, exist_ok=True)
        made.noise(row).save(tmp_path / "three" / name / f"{row}.png")
    three = intake.take(home, tmp_path / "three", name="three", val_fraction=0.25, test_fraction=0.0)
    alike = finding(three, Kind.ALIKE, "Alike.", [0, 6], classes=[0, 1])
    store.save(home, Report(three.id, 18, (alike,), False, 1.0))
    page = opened("Data", dataset=three.id)
    page.session_state["health_alike"] = True
    page.run()
    click(page, "Merge into b")
    assert now(page, home).classes == ("b", "c")


def test_a_border_is_cut_off(home: Workspace, few: Dataset, open_with: Callable[[Make], AppTest]) -> None:
    page = open_with(lambda few: [finding(few, Kind.GIVEAWAY, "Framed.", [0], classes=[0], spare=range(12))])
    page.session_state["health_giveaway"] = True
    page.run()
    click(page, "Cut the border off")
    assert [item.width_px for item in now(page, home).items] == [84] * 12 + [96] * 12


@pytest.mark.parametrize(
    ("kind", "label", "says"),
    [
        (Kind.IMBALANCE, "Let rare pictures weigh more", lambda recipe: recipe.class_weights == "balanced"),
        (Kind.FEW, "Train on changed copies too", lambda recipe: recipe.augmentation.distinct_views == 4),
    ],
)
def test_a_recipe_makes_up_for_it(
    home: Workspace,
    open_with: Callable[[Make], AppTest],
    kind: Kind,
    label: str,
    says: Callable[[Recipe], bool],
) -> None:
    page = open_with(lambda few: [finding(few, kind, "Unequal.", classes=[0])])
    page.session_state[f"health_{kind}"] = True
    page.run()
    click(page, label)
    assert says(recipes.load(home, page.query_params["recipe"]))
    assert label not in [one.label for one in page.button]
