"""The whole journey with a zip of one's own, on a dark phone.

From the start page to a model that is taken away, brought back as a backbone, and trained on.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests import pictures
from tests.browser.conftest import scrolls_sideways, settled
from tests.conftest import SAMPLE
from tlcore import runs
from tlcore.runs import Run
from tlcore.workspace import Workspace

pytestmark = pytest.mark.browser

CLASSES, EACH, SIDE_PX = ("bird", "fruit", "vehicle"), 8, 96
WAIT_MS = 90_000

Shoot = Callable[[str], None]


@pytest.fixture(scope="module")
def drawings() -> dict[str, bytes]:
    """Small copies of the sample's, by the name they have in the zip, and one more of the last class."""
    return {
        f"{name}/{file.stem}.png": small_copy(file)
        for name in CLASSES
        for file in sorted((SAMPLE / name).iterdir())[: EACH + (name == CLASSES[-1])]
    }


def small_copy(file: Path) -> bytes:
    with Image.open(file) as drawing:
        drawing.thumbnail((SIDE_PX, SIDE_PX))
        return pictures.encoded(drawing.convert("RGB"))


@pytest.fixture
def page(browser, url: str) -> Iterator[object]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme="dark", accept_downloads=True
    )
    tab = context.new_page()
    tab.set_default_timeout(WAIT_MS)
    errors: list[object] = []
    tab.on("pageerror", lambda error: errors.append(error))
    tab.goto(url)
    yield tab
    context.close()
    assert errors == []


@pytest.fixture
def shoot(page, screenshots: Path) -> Shoot:
    """Keep a picture of what the person sees, once all of it is there and nothing is cut off at the side."""

    def take(name: str) -> None:
        settled(page)
        page.screenshot(path=screenshots / f"journey-390-dark-{name}.png")
        assert not scrolls_sideways(page), name

    return take


def press(page, title: str) -> None:
    """By the button at the end of a page."""
    page.get_by_role("button", name=title).click()


def through_the_menu(page, title: str) -> None:
    """On a phone the menu is behind a button, and lies over the page until it is closed."""
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name=title, exact=True).click()
    page.get_by_role("heading", name=title, level=1, exact=True).wait_for()
    page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()


def run_in(address: str) -> str:
    found = re.search(r"run=([0-9a-f-]+)", address)
    return found[1] if found else ""


def train(page, workspace: Workspace, epochs: int) -> Run:
    """Start a training on the Train page; the run, once it is done."""
    before = run_in(page.url)
    page.get_by_role("spinbutton", name="Epochs", exact=True).fill(str(epochs))
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(lambda address: run_in(address) not in ("", before))
    run = runs.load(workspace, run_in(page.url))
    # Until then the page may still show the run before it.
    page.get_by_test_id("stMain").get_by_text(f"{run.name} · ").first.wait_for()
    settled(page)
    page.get_by_text("Done.").wait_for()
    assert [event["event"] for event in run.events()].count("epoch") == epochs
    return run


def model_taken_away(page) -> bytes:
    """The .keras file in the zip that the Export page hands out."""
    page.get_by_role("button", name="Make and compare").first.click()
    link = page.get_by_role("link", name="Download", exact=True)
    link.wait_for()
    with page.expect_download() as caught:
        link.click()
    with zipfile.ZipFile(caught.value.path()) as package:
        assert {"MODEL_CARD.md", "labels.json", "model.keras", "predict.py"} <= {*package.namelist()}
        return package.read("model.keras")


def test_from_a_zip_to_a_model_that_is_trained_on(
    page, shoot: Shoot, drawings: dict[str, bytes], served_workspace: Workspace
) -> None:
    *brought, unseen = drawings
    press(page, "Bring your own pictures")
    page.locator("input.archive").set_input_files(
        {
            "name": "drawings.zip",
            "mimeType": "application/zip",
            "buffer": pictures.zipped({name: drawings[name] for name in brought}),
        }
    )
    page.get_by_role("heading", name="drawings", exact=True).wait_for()
    page.get_by_text("Every picture could be used.").wait_for()
    shoot("1-data")

    press(page, "Next: choose the model")
    page.get_by_text("Guided", exact=True).click()
    page.get_by_text("Drawings, icons, screenshots").click()
    page.get_by_role("heading", name="What this chooses").wait_for()
    shoot("2-guided")

    press(page, "Next: train it")
    first = train(page, served_workspace, epochs=10)
    assert first.classes == CLASSES
    shoot("3-trained")

    press(page, "Next: see what it got wrong")
    page.get_by_text("Confusion matrix", exact=True).wait_for()
    shoot("4-evaluate")

    press(page, "Next: try it on a picture")
    page.locator("input.pictures").set_input_files(
        {"name": "unseen.png", "mimeType": "image/png", "buffer": drawings[unseen]}
    )
    page.get_by_text("It looks like").wait_for()
    assert page.get_by_test_id("stMetricValue").first.inner_text() in CLASSES
    shoot("5-predict")

    press(page, "Next: take the model away")
    content = model_taken_away(page)
    shoot("6-export")

    through_the_menu(page, "Model")
    page.get_by_text("Full control", exact=True).click()
    page.get_by_text("Use your own model").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "brought-back.keras", "mimeType": "application/octet-stream", "buffer": content}
    )
    press(page, "Use this model")
    page.get_by_text("Left out: ").scroll_into_view_if_needed()
    shoot("7-brought-back")

    press(page, "Next: train it")
    second = train(page, served_workspace, epochs=2)
    assert second.recipe.backbone.name.startswith("own:")
    assert second.dataset_id == first.dataset_id
    shoot("8-trained-on")
