"""What is frozen and in which phase, on the Model page by AppTest."""

import pytest

from tests.pages.recipe_pages import Page
from tlcore import presets
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace


def test_the_slider_stops_at_blocks_or_at_layers(model: Page) -> None:
    stops = model.find("select_slider", "Frozen layers").options
    assert stops[0] == "none"
    assert stops[-1] == "all"
    assert r"121 · to block6c\_add" in stops
    assert len(stops) < 30
    model.set("toggle", "Single layers", True)
    slider = model.find("slider", "Frozen layers")
    assert (slider.min, slider.max, slider.value) == (0, 141, 141)
    model.set("slider", "Frozen layers", 100)
    assert model.recipe.phases[0].freeze == 100
    # A choice between the blocks stays what it is.
    model.set("toggle", "Single layers", False)
    assert model.find("select_slider", "Frozen layers").value == 100
    assert model.recipe.phases[0].freeze == 100
    model.set("select_slider", "Frozen layers", 0)
    assert model.recipe.phases[0].freeze == "none"
    model.set("select_slider", "Frozen layers", 141)
    assert model.recipe.phases[0].freeze == "all"


def test_each_phase_has_its_own_choice(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Model", few, phases=[{}, {"freeze": 121, "learning_rate": 1e-5}])
    assert page.find("select_slider", "Frozen layers").value == 141
    assert not page.has("button_group", "BatchNormalization statistics")
    page.set("button_group", "Phase", 1)
    assert page.find("select_slider", "Frozen layers").value == 121
    assert "block6c_add" in page.words
    page.set("button_group", "BatchNormalization statistics", "trained")
    assert page.recipe.phases[1].batch_normalization == "trained"
    page.set("select_slider", "Frozen layers", 0)
    assert [phase.freeze for phase in page.recipe.phases] == ["all", "none"]
    page.open("layer_table")
    table = page.app.dataframe[0].value
    assert len(table) == 141 + 4
    assert set(table["In this phase"]) == {"trained", "trained, head"}


def test_phases_come_and_go(model: Page) -> None:
    model.click("Add phase")
    phase = model.recipe.phases[1]
    assert (phase.learning_rate, phase.epochs) == (1e-5, 5)
    # The last block that has something to learn, and the page shows the new phase.
    assert isinstance(phase.freeze, int)
    assert 100 < phase.freeze < 141
    assert model.find("select_slider", "Frozen layers").value == phase.freeze
    model.click("Add phase")
    assert model.recipe.phases[2].freeze < phase.freeze
    model.click("Remove phase").click("Remove phase")
    assert len(model.recipe.phases) == 1
    assert not model.has("button", "Remove phase")


def test_there_are_eight_phases_at_most(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Model", few, phases=[{}] * 7)
    page.click("Add phase")
    assert len(page.recipe.phases) == 8
    assert page.find("button", "Add phase").disabled


@pytest.mark.parametrize("network", ["efficientnet_lite0", "vgg16"])
@pytest.mark.parametrize("key", list(presets.PHASES))
def test_ready_made_schedules_fit_every_network(
    at_home: Workspace, few: Dataset, network: str, key: str
) -> None:
    page = Page(at_home, "Model", few, backbone__name=network)
    page.set("menu_button", "Ready-made", key)
    assert len(page.recipe.phases) == len(presets.PHASES[key][1])
    assert not page.app.error
    for number in range(1, len(page.recipe.phases)):
        page.set("button_group", "Phase", number)


def test_a_freeze_choice_that_does_not_exist_can_be_mended(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Model", few, phases__0__freeze=5000)
    assert "5000 cannot be frozen" in page.words
    page.set("menu_button", "Ready-made", "head")
    assert "parameters are trained" in page.words


def test_what_hurts_is_said(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Model", few)
    assert not page.app.warning
    page.set("select_slider", "Frozen layers", 0)
    assert "overwrite what it has learned" in page.words
    assert "its first, wrong answers" in page.words
