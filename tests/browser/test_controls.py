"""What only a real browser does: typing without Enter, keys on a list, lists whose lines look alike."""

import re
from collections.abc import Iterator

import pytest

from tests.browser.conftest import settled
from tests.conftest import SAMPLE
from tlcore import datasets, intake, runs
from tlcore.runs import Run
from tlcore.workspace import Workspace

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def two_splits(served_workspace: Workspace) -> list[str]:
    """The same pictures split with two seeds: alike in name, number and shares."""
    first = intake.take(served_workspace, SAMPLE, name="clipart")
    second = datasets.resplit(served_workspace, first, val_fraction=0.25, test_fraction=0.0, seed=7)
    return [first.id, second.id]


@pytest.fixture
def page(browser, url: str) -> Iterator[object]:
    tab = browser.new_page(viewport={"width": 1280, "height": 1400})
    tab.set_default_timeout(60_000)
    yield tab
    tab.close()


def started(page, address: str, workspace: Workspace, epochs: int) -> Run:
    """Type the epochs and click at once, without Enter; the run that begins."""
    page.goto(address)
    page.get_by_role("spinbutton", name="Epochs").fill(str(epochs))
    # As long as a finger is on the button.
    page.get_by_role("button", name="Start training").click(delay=100)
    page.wait_for_url(re.compile("run="))
    found = re.search(r"run=([0-9a-f-]+)", page.url)
    assert found
    return runs.load(workspace, found[1])


@pytest.mark.parametrize("which", [0, 1])
def test_a_click_does_not_change_the_dataset(page, url: str, two_splits: list[str], which: int) -> None:
    page.goto(f"{url}/model?dataset={two_splits[which]}")
    page.get_by_text("Full control", exact=True).click()
    page.get_by_role("button", name="Add dense layer").click()
    page.get_by_text("Dense 3: units").wait_for()
    settled(page)
    assert f"dataset={two_splits[which]}" in page.url


def test_escape_takes_no_choice_back(page, url: str, two_splits: list[str]) -> None:
    page.goto(f"{url}/model?dataset={two_splits[0]}")
    box = page.get_by_role("combobox", name=re.compile("Dataset"))
    box.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    settled(page)
    assert f"dataset={two_splits[0]}" in page.url


def test_a_number_typed_just_before_the_start_is_trained(
    page, url: str, two_splits: list[str], served_workspace: Workspace
) -> None:
    run = started(page, f"{url}/train?dataset={two_splits[0]}", served_workspace, epochs=3)
    assert run.recipe.phases[0].epochs == 3
    page.get_by_text("Done.").wait_for()


def test_a_stop_in_the_browser_keeps_a_model(
    page, url: str, two_splits: list[str], served_workspace: Workspace
) -> None:
    run = started(page, f"{url}/train?dataset={two_splits[0]}", served_workspace, epochs=900)
    page.get_by_text(re.compile(r"Epoch \d+ of 900")).wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("The model is as it was at the stop.").wait_for()
    page.get_by_role("button", name="Next: see what it got wrong").wait_for()
    assert run.has_model


def test_a_line_of_the_table_chooses_its_network(page, url: str, two_splits: list[str]) -> None:
    page.goto(f"{url}/model?dataset={two_splits[0]}")
    page.get_by_text("Full control", exact=True).click()
    page.get_by_text("Compare all networks").click()
    table = page.get_by_test_id("stDataFrame")
    table.wait_for()
    settled(page)
    box = table.bounding_box()
    # The mark before the fourth line; the title line is as high as the others.
    page.mouse.click(box["x"] + 16, box["y"] + 35 * 4 + 18)
    page.wait_for_url(re.compile("recipe="))
    settled(page)
    assert "MobileNet ·" in page.get_by_role("combobox", name="Pretrained network").input_value()
