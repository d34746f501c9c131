"""The Train page by AppTest: each control changes the recipe on disk, and nothing raises."""

from typing import Any

import pytest

from tests.pages.recipe_pages import Page
from tlcore import presets
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace

# --- Phases ---


@pytest.mark.parametrize(
    ("kind", "label", "value", "field", "kept"),
    [
        ("number_input", "Epochs", 7, "epochs", 7),
        ("select_slider", "Learning rate", 0.003, "learning_rate", 0.003),
        ("selectbox", "Optimizer", "lion", "optimizer", "lion"),
        ("button_group", "Course of the learning rate", "cosine", "schedule", "cosine"),
        ("number_input", "Warm-up epochs", 4, "warmup_epochs", 4),
        ("selectbox", "Early stopping", 5, "patience", 5),
        ("selectbox", "Weight decay", 0.01, "weight_decay", 0.01),
        ("selectbox", "Gradient clipping", 1.0, "clip_norm", 1.0),
    ],
)
def test_each_control_writes_its_value(
    train: Page, kind: str, label: str, value: Any, field: str, kept: Any
) -> None:
    train.set(kind, label, value)
    assert train.recipe == Recipe().changed(f"phases.0.{field}", kept)
    assert train.find(kind, label).value == value


@pytest.mark.parametrize(
    ("label", "field", "value"),
    [
        ("Early stopping", "patience", 5),
        ("Weight decay", "weight_decay", 0.1),
        ("Gradient clipping", "clip_norm", 2.0),
    ],
)
def test_what_can_be_off_is_switched_off(
    at_home: Workspace, few: Dataset, label: str, field: str, value: float
) -> None:
    page = Page(at_home, "Train", few, **{f"phases__0__{field}": value})
    assert page.find("selectbox", label).value == value
    page.set("selectbox", label, "nothing")
    assert page.recipe == Recipe()


def test_momentum_belongs_to_some_optimizers(train: Page) -> None:
    assert not train.has("select_slider", "Momentum")
    train.set("selectbox", "Optimizer", "sgd")
    assert train.recipe.phases[0].momentum == 0.9
    train.set("select_slider", "Momentum", 0.95)
    assert train.recipe.phases[0].momentum == 0.95
    train.set("selectbox", "Optimizer", "rmsprop")
    assert train.recipe.phases[0].momentum == 0.0
    assert train.has("select_slider", "Momentum")
    train.set("selectbox", "Optimizer", "sgd").set("selectbox", "Optimizer", "adam")
    assert train.recipe == Recipe()


def test_a_plateau_takes_the_warm_up_away(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Train", few, phases__0__warmup_epochs=3)
    page.set("button_group", "Course of the learning rate", "plateau")
    assert (page.recipe.phases[0].schedule, page.recipe.phases[0].warmup_epochs) == ("plateau", 0)
    assert not page.has("number_input", "Warm-up epochs")
    assert not page.app.error


def test_a_warm_up_is_no_longer_than_its_phase(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Train", few, phases__0__warmup_epochs=10)
    page.set("number_input", "Epochs", 4)
    assert (page.recipe.phases[0].epochs, page.recipe.phases[0].warmup_epochs) == (4, 4)
    assert not page.app.error


def test_adamw_says_what_its_own_decay_is(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Train", few, phases__0__optimizer="adamw")
    box = page.find("selectbox", "Weight decay")
    assert box.options[:2] == ["0.004 (usual)", "Off"]
    page.set("selectbox", "Weight decay", 0.0)
    assert page.recipe.phases[0].weight_decay == 0.0


def test_rates_are_written_out(train: Page) -> None:
    options = train.find("select_slider", "Learning rate").options
    assert options[:3] == ["0.000001", "0.000003", "0.00001"]
    assert options[-1] == "1"


def test_each_phase_has_controls_of_its_own(train: Page) -> None:
    train.click("Add phase")
    assert "Phase 2" in train.words
    assert "the head alone" in train.words
    train.set("number_input", "Epochs", 3, nth=1).set("selectbox", "Optimizer", "sgd", nth=1)
    first, second = train.recipe.phases
    assert (first.epochs, second.epochs) == (20, 3)
    assert (first.optimizer, second.optimizer, second.momentum) == ("adam", "sgd", 0.9)
    train.click("Remove phase")
    assert [phase.epochs for phase in train.recipe.phases] == [3]
    train.set("menu_button", "Ready-made", "thaw")
    assert len(train.recipe.phases) == len(presets.PHASES["thaw"][1])


def test_values_at_the_limits(at_home: Workspace, few: Dataset) -> None:
    phase = {
        "epochs": 1000,
        "warmup_epochs": 1000,
        "learning_rate": 7.7,
        "optimizer": "sgd",
        "momentum": 0.999,
        "weight_decay": 0.123,
        "clip_norm": 0.0001,
        "patience": 1000,
    }
    page = Page(at_home, "Train", few, phases=[phase] * 8, batch_size=1024, seed=2**31 - 1)
    assert page.find("select_slider", "Learning rate").value == 7.7
    assert page.find("selectbox", "Gradient clipping").value == 0.0001
    assert page.find("selectbox", "Batch size").value == 1024
    assert page.find("button", "Add phase").disabled
    page.set("number_input", "Epochs", None)
    assert page.find("number_input", "Epochs").value == 1000


@pytest.mark.parametrize(
    ("label", "field", "value", "words"),
    [
        ("Early stopping", "patience", 4, "after 4 epochs"),
        ("Early stopping", "patience", 1, "after 1 epoch"),
        ("Weight decay", "weight_decay", 0.0, "0 (off)"),
        ("Weight decay", "weight_decay", 2e-5, "0.00002"),
        ("Gradient clipping", "clip_norm", 3.0, "3"),
    ],
)
def test_values_written_by_hand_are_worded_like_the_others(
    at_home: Workspace, few: Dataset, label: str, field: str, value: float, words: str
) -> None:
    page = Page(at_home, "Train", few, **{f"phases__0__{field}": value})
    box = page.find("selectbox", label)
    assert box.value == value
    assert box.options[-1] == words
    assert len(set(box.options)) == len(box.options)


def test_batch_size_and_seed(train: Page) -> None:
    train.set("selectbox", "Batch size", 8).set("number_input", "Seed", 3)
    assert train.recipe == Recipe(batch_size=8, seed=3)


def test_what_hurts_is_said_before_the_start(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Train", few, phases=[{}, {"freeze": 100}])
    assert "overwrite what it has learned" in page.words
    page.set("select_slider", "Learning rate", 1e-5, nth=1)
    assert not page.app.warning


def test_a_recipe_that_cannot_be_planned_can_still_be_mended(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Train", few, phases=[{"freeze": 5000}, {}])
    assert "5000 cannot be frozen" in page.words
    page.click("Remove phase")
    assert not page.app.error


# --- Clicks that follow each other at once ---


def test_a_click_right_after_another_is_about_what_that_one_chose(train: Page) -> None:
    """The browser sends the second click with the URL of before the first."""
    before = train.app.query_params["recipe"]
    train.set("number_input", "Epochs", 7)
    train.app.query_params["recipe"] = before
    train.set("select_slider", "Learning rate", 0.003)
    changed = {"phases.0.epochs": 7, "phases.0.learning_rate": 0.003}
    assert train.recipe == Recipe().with_changes(changed)


def test_a_link_to_another_recipe_is_followed(train: Page) -> None:
    before = train.app.query_params["recipe"]
    train.set("number_input", "Epochs", 7)
    train.app.query_params["recipe"] = before
    train.app.run()
    assert train.find("number_input", "Epochs").value == 20
    train.set("select_slider", "Learning rate", 0.003)
    assert train.recipe == Recipe().changed("phases.0.learning_rate", 0.003)
