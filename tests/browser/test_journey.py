"""The journey of a person, once, on the sample, in a real browser."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import settled
from tests.conftest import SAMPLE
from tlcore import runs
from tlcore.workspace import Workspace

pytestmark = pytest.mark.browser

WAIT_MS = 90_000


@pytest.fixture(scope="module")
def page(browser, url: str) -> Iterator[object]:
    """One person's tab. Nothing it asks for may lie outside this computer."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 1600}, accept_downloads=True, permissions=["camera"]
    )
    tab = context.new_page()
    tab.set_default_timeout(WAIT_MS)
    foreign: list[str] = []
    tab.on("request", lambda request: foreign.append(request.url) if _is_foreign(request.url, url) else None)
    tab.goto(url)
    yield tab
    context.close()
    assert foreign == []


def _is_foreign(address: str, url: str) -> bool:
    return not address.startswith((url, url.replace("http", "ws"), "data:", "blob:"))


def refreshed_shows_the_same(page, *texts: str) -> None:
    before = page.url
    page.reload()
    for text in texts:
        page.get_by_text(text, exact=True).first.wait_for()
    assert page.url == before


@pytest.fixture(scope="module")
def trained(page, screenshots: Path) -> str:
    """Data → Model → Train by clicks; returns the run's id."""
    page.get_by_role("button", name="Bring your own pictures").click()
    page.get_by_role("button", name="Use the sample").click()
    page.get_by_text("For training").first.wait_for()
    assert "dataset=" in page.url
    page.get_by_text("171", exact=True).wait_for()
    refreshed_shows_the_same(page, "clipart", "171", "57")
    settled(page)
    page.screenshot(path=screenshots / "1-data.png")

    page.get_by_role("button", name="Next: choose the model").click()
    page.get_by_text("What are your pictures?").wait_for()
    settled(page)
    page.screenshot(path=screenshots / "2-model-guided.png")
    page.get_by_text("Full control", exact=True).click()
    page.get_by_text("Frozen and trained", exact=True).wait_for()
    page.get_by_text(re.compile("164,742 of 3,577,766 parameters are trained")).wait_for()
    page.get_by_role("button", name="Add dense layer").click()
    page.get_by_text("Dense 3: units").wait_for()
    # 128 → 64, then 64 → 6 in place of 128 → 6.
    page.get_by_text(re.compile("172,614 of 3,585,638 parameters are trained")).wait_for()
    refreshed_shows_the_same(page, "Dense 3: units")
    page.get_by_role("button", name="Remove").last.click()
    page.get_by_text(re.compile("164,742 of 3,577,766 parameters are trained")).wait_for()
    settled(page)
    page.screenshot(path=screenshots / "2-model.png")

    page.get_by_role("button", name="Next: train it").click()
    page.get_by_role("button", name="Start training").click()
    page.get_by_role("button", name="Stop").wait_for()
    page.screenshot(path=screenshots / "3-train-running.png")
    page.get_by_text("Done.").wait_for()
    settled(page)
    page.screenshot(path=screenshots / "4-train-done.png")
    found = re.search(r"run=([0-9a-f-]+)", page.url)
    assert found
    return found[1]


def test_training_is_on_disk_and_good(trained: str, served_workspace: Workspace) -> None:
    run = runs.load(served_workspace, trained)
    final = run.events()[-1]
    assert final["event"] == "done"
    assert final["val_accuracy"] >= 0.70


def test_a_refresh_and_a_cold_link_show_the_finished_run(page, trained: str, browser, url: str) -> None:
    page.reload()
    page.get_by_text("Done.").wait_for()
    page.get_by_text("Best epoch").wait_for()
    # A browser that was never here opens the link: the page itself, the menu, and no "Page not found".
    stranger = browser.new_page()
    stranger.goto(page.url)
    stranger.get_by_text("Done.").wait_for()
    stranger.get_by_role("link", name="Evaluate").wait_for()
    assert stranger.get_by_text("Page not found").count() == 0
    stranger.close()


def test_evaluate(page, trained: str, screenshots: Path) -> None:
    page.get_by_role("link", name="Evaluate").first.click()
    page.get_by_text("Confusion matrix", exact=True).wait_for()
    assert trained in page.url
    mistakes = page.get_by_text(re.compile(r"^Mistakes \(\d+\)$")).first
    mistakes.wait_for()
    settled(page)
    count = int(re.findall(r"\d+", mistakes.inner_text())[0])
    assert 0 < count <= 17
    assert page.get_by_alt_text(re.compile("taken for a")).count() == count
    page.screenshot(path=screenshots / "5-evaluate.png")
    refreshed_shows_the_same(page, f"Mistakes ({count})")


def test_a_cell_shows_its_pictures_and_one_of_them_is_opened(page, trained: str, screenshots: Path) -> None:
    settled(page)
    matrix = page.locator(".js-plotly-plot .heatmaplayer image").first.bounding_box()
    cell = {side: matrix[side] / 6 for side in ("width", "height")}
    # Off the middle of the first one: birds that were taken for birds.
    page.mouse.click(matrix["x"] + 0.7 * cell["width"], matrix["y"] + 0.3 * cell["height"])
    page.get_by_text(re.compile(r"^Pictures really bird, said to be bird \(\d+\)$")).wait_for()
    settled(page)
    assert "really=bird" in page.url
    assert "said=bird" in page.url
    page.get_by_role("button", name=re.compile(r"^bird \d+%")).first.click()
    opened = page.get_by_role("dialog")
    opened.get_by_text("The model said").wait_for()
    assert re.search(r"judged=[0-9a-f]{64}", page.url)
    opened.get_by_alt_text(re.compile("^Heat map")).first.wait_for()
    settled(page)
    page.screenshot(path=screenshots / "5-evaluate-picture.png")
    page.keyboard.press("Escape")
    opened.wait_for(state="detached")
    page.wait_for_url(lambda url: "judged=" not in url)
    page.get_by_text(re.compile("^Pictures really bird, said to be bird")).wait_for()


def test_predict_a_file_and_a_camera_shot(page, trained: str, screenshots: Path) -> None:
    page.get_by_role("link", name="Predict").first.click()
    page.locator("input.pictures").set_input_files(sorted((SAMPLE / "vehicle").iterdir())[0])
    page.get_by_text("It looks like").wait_for()
    settled(page)
    page.screenshot(path=screenshots / "6-predict.png")
    said = page.get_by_test_id("stMetricValue").first.inner_text()
    assert said == "vehicle"
    refreshed_shows_the_same(page, "It looks like", said)
    before = page.url
    page.get_by_text("The camera", exact=True).click()
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_text("pictures a second").wait_for()
    page.get_by_role("button", name="Keep this picture").click()
    page.wait_for_function(
        "before => location.href.split('picture=')[1] != before.split('picture=')[1]", arg=before
    )
    page.get_by_text("It looks like").wait_for()


def test_something_that_is_no_picture_is_refused(page, trained: str) -> None:
    page.get_by_text("Files", exact=True).click()
    page.locator("input.pictures").set_input_files(
        {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"these are notes"}
    )
    page.get_by_role("alert").first.wait_for()
    assert "Traceback" not in page.content()


def test_export(page, trained: str, screenshots: Path, tmp_path: Path) -> None:
    page.get_by_role("link", name="Export").first.click()
    page.get_by_role("button", name="Make and compare").nth(2).click()
    link = page.get_by_role("link", name="Download", exact=True)
    link.wait_for(timeout=120_000)
    with page.expect_download() as caught:
        link.click()
    page.screenshot(path=screenshots / "7-export.png")
    package = zipfile.ZipFile(io.BytesIO(Path(caught.value.path()).read_bytes()))
    assert sorted(package.namelist()) == [
        "MODEL_CARD.md",
        "README.md",
        "labels.json",
        "model.tflite",
        "parity.json",
        "predict.py",
        "recipe.yaml",
    ]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_in_light_and_dark(
    page, browser, url: str, trained: str, screenshots: Path, width: int, scheme: str
) -> None:
    query = page.url.split("?")[1] if "run=" in page.url else f"run={trained}"
    tab = browser.new_page(viewport={"width": width, "height": 1600}, color_scheme=scheme)
    for name in ("", "data", "model", "train", "evaluate", "compare", "predict", "export"):
        tab.goto(f"{url}/{name}?{query}")
        tab.get_by_role("heading", level=1).first.wait_for()
        settled(tab)
        tab.screenshot(path=screenshots / f"{name or 'start'}-{width}-{scheme}.png")
        overflow = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, name
    tab.close()
