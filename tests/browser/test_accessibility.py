"""Every page for everyone: axe-core finds nothing serious, none scrolls sideways, the keyboard is enough."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests import judged_runs
from tests.browser.axe import findings
from tests.browser.conftest import (
    page_titles,
    scrolls_sideways,
    served,
    settled,
    turn_to,
    without_transitions,
)
from tests.browser.keyboard import Keyboard
from tests.doctor import reports
from tlcore import datasets
from tlcore.atlas import job
from tlcore.datasets import Dataset
from tlcore.runs import Run
from tlcore.workspace import Workspace

pytestmark = pytest.mark.browser

SIZES = {"wide": {"width": 1280, "height": 1000}, "narrow": {"width": 390, "height": 844}}
# Each width and each theme once; all four pairs on demand, which has not found anything more yet.
LOOKS = [("wide", "light"), ("narrow", "dark")]
if os.environ.get("THAW_TEST_ALL_LOOKS"):
    LOOKS = [(size, scheme) for size in SIZES for scheme in ("light", "dark")]
# What an expander hides is looked at too.
OPEN_ALL = "document.querySelectorAll('details:not([open]) > summary').forEach((one) => one.click())"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Not that of the journey, which begins in an empty one."""
    return Workspace(tmp_path_factory.mktemp("for_everyone") / "home")


@pytest.fixture(scope="module")
def url(home: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(home, tmp_path_factory.mktemp("nobody")) as address:
        yield address


@pytest.fixture(scope="module")
def tab(browser, url: str) -> Iterator[object]:
    tab = opened(browser)
    yield tab
    tab.close()


def opened(browser) -> Any:
    tab = browser.new_page(viewport=SIZES["wide"], permissions=["camera"])
    tab.set_default_timeout(60_000)
    without_transitions(tab)
    return tab


@pytest.fixture(scope="module")
def run(home: Workspace, shared_workspace: Workspace, trained: Run, few: Dataset) -> Run:
    """A run with a map, labels that are doubted, and another run to compare it with."""
    for part in (f"runs/{trained.id}", f"datasets/{few.id}", "features", "graphs"):
        if (shared_workspace.home / part).exists():
            shutil.copytree(shared_workspace.home / part, home.home / part)
    job.atlas_job(str(home.home), trained.id, "pca")
    dataset = datasets.load(home, few.id)
    reports.kept(home, dataset, [reports.suspect(2, 1)])
    judged_runs.judged(home, dataset, "Another run", wrong=(0, 1))
    return trained


def seen_by_all(tab, page: str) -> list[str]:
    """What is wrong with the page that is shown, at any width and in any theme."""
    wrong = []
    for size, scheme in LOOKS:
        tab.set_viewport_size(SIZES[size])
        tab.emulate_media(color_scheme=scheme)
        # Off what was clicked: what the mouse is on has other colours.
        tab.mouse.move(0, 0)
        settled(tab)
        wrong += [f"{page}, {size}, {scheme}: {one}" for one in findings(tab)]
        if scrolls_sideways(tab):
            wrong.append(f"{page}, {size}: scrolls sideways")
    tab.set_viewport_size(SIZES["wide"])
    return wrong


def test_a_page_says_what_comes_next_to_everyone(tab, url: str) -> None:
    """Before there is anything."""
    tab.goto(f"{url}/data")
    tab.get_by_role("button", name="Use the sample").wait_for()
    settled(tab)
    assert seen_by_all(tab, "Data, empty") == []


@pytest.mark.parametrize("title", page_titles())
def test_every_page_is_for_everyone(tab, url: str, run: Run, title: str) -> None:
    if f"run={run.id}" not in tab.url:
        tab.goto(f"{url}/?run={run.id}")
        settled(tab)
    turn_to(tab, title)
    tab.evaluate(OPEN_ALL)
    settled(tab)
    assert seen_by_all(tab, title) == []


def test_so_is_the_model_page_that_asks_questions(tab, url: str, run: Run) -> None:
    """Who has trained before comes to the other one."""
    tab.goto(f"{url}/model?run={run.id}")
    settled(tab)
    tab.get_by_role("radio", name="Guided", exact=True).click()
    tab.get_by_role("heading", name="Four questions").wait_for()
    settled(tab)
    assert seen_by_all(tab, "Model, guided") == []


def test_the_keyboard_is_enough_from_pictures_to_training(browser, url: str) -> None:
    tab = opened(browser)
    tab.goto(f"{url}/data")
    keyboard = Keyboard(tab)
    # Into the camera, all through it, and out again: over the end of the page to its beginning.
    keyboard.to(tab.locator("summary").filter(has_text="Take pictures with the camera"))
    tab.keyboard.press("Enter")
    keyboard.press_button("Start the camera")
    tab.get_by_role("button", name="Hold to take pictures").wait_for()
    keyboard.press_button("Stop the camera")
    keyboard.press_button("Use the sample")
    tab.get_by_text("For training").first.wait_for()
    settled(tab)
    keyboard.press_button("Next: choose the model")
    tab.get_by_role("heading", name="Model", exact=True).wait_for()
    settled(tab)
    # Among choices that exclude each other Tab comes to one of them, and the arrows go to the others.
    deep = tab.get_by_role("radio", name="Full control", exact=True)
    keyboard.to(tab.locator("[data-testid=stButtonGroup]").filter(has=deep).locator("button[tabindex='0']"))
    if deep.evaluate("one => one !== document.activeElement"):
        tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="Frozen and trained").wait_for()
    settled(tab)
    keyboard.to(tab.get_by_role("slider", name="Frozen layers"))
    tab.keyboard.press("ArrowLeft")
    tab.get_by_text("Trained (").first.wait_for()
    settled(tab)
    keyboard.press_button("Next: train it")
    tab.get_by_role("button", name="Start training").wait_for()
    settled(tab)
    keyboard.press_button("Start training")
    stop = tab.get_by_role("button", name="Stop")
    stop.wait_for()
    keyboard.to(stop)
    tab.keyboard.press("Enter")
    tab.get_by_text("stopped").first.wait_for()
    assert keyboard.unseen() == []
    tab.close()
