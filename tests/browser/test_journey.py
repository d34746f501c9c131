"""The journey of a person, once, on the sample, in a real browser."""

import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import page_titles, scrolls_sideways, settled, turn_to, without_transitions
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
    """By one click on the start page; returns the run's id."""
    page.get_by_role("img", name="The layers of a network as a strip").wait_for()
    settled(page)
    page.screenshot(path=screenshots / "journey-1280-light-1-start.png")
    page.get_by_role("button", name="Try it with the sample").click()
    page.get_by_text("a ready-made recipe trains on it").wait_for()
    page.get_by_role("button", name="Stop").wait_for()
    page.screenshot(path=screenshots / "journey-1280-light-2-training.png")
    page.get_by_text("Done.").wait_for()
    page.get_by_role("button", name="Next: see what it got wrong").wait_for()
    settled(page)
    page.screenshot(path=screenshots / "journey-1280-light-3-trained.png")
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


def test_data(page, trained: str, screenshots: Path) -> None:
    turn_to(page, "Data")
    page.get_by_text("171", exact=True).wait_for()
    assert "dataset=" in page.url
    refreshed_shows_the_same(page, "clipart", "171", "57")
    settled(page)
    page.screenshot(path=screenshots / "journey-1280-light-4-data.png")


def test_every_control_of_the_model(page, trained: str, screenshots: Path) -> None:
    turn_to(page, "Model")
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
    page.screenshot(path=screenshots / "journey-1280-light-5-model.png")


def test_four_questions_in_place_of_the_controls(page, trained: str, screenshots: Path) -> None:
    page.get_by_text("Guided", exact=True).click()
    page.get_by_text("What are your pictures?").wait_for()
    page.get_by_text("Finding every one of rare classes").click()
    page.get_by_text("the same for each class").wait_for()
    # The depth is the person's, also after a reload.
    refreshed_shows_the_same(page, "What are your pictures?", "Weights in the loss")
    page.get_by_text("the same for each class").wait_for()
    assert page.get_by_role("radio", name="Finding every one of rare classes").is_checked()
    settled(page)
    page.screenshot(path=screenshots / "journey-1280-light-6-questions.png")


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
    page.screenshot(path=screenshots / "journey-1280-light-7-evaluate.png")
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
    page.screenshot(path=screenshots / "journey-1280-light-8-picture.png")
    page.keyboard.press("Escape")
    opened.wait_for(state="detached")
    page.wait_for_url(lambda url: "judged=" not in url)
    page.get_by_text(re.compile("^Pictures really bird, said to be bird")).wait_for()


def test_predict_a_file_and_a_camera_shot(page, trained: str, screenshots: Path) -> None:
    page.get_by_role("link", name="Predict").first.click()
    page.locator("input.pictures").set_input_files(sorted((SAMPLE / "vehicle").iterdir())[0])
    page.get_by_text("It looks like").wait_for()
    settled(page)
    page.screenshot(path=screenshots / "journey-1280-light-9-predict.png")
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


def test_export(page, trained: str, screenshots: Path) -> None:
    page.get_by_role("link", name="Export").first.click()
    page.get_by_role("button", name="Make and compare").nth(2).click()
    link = page.get_by_role("link", name="Download", exact=True)
    link.wait_for(timeout=120_000)
    with page.expect_download() as caught:
        link.click()
    page.screenshot(path=screenshots / "journey-1280-light-a-export.png")
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


def test_the_run_is_taken_away_deleted_and_brought_back(
    page, trained: str, screenshots: Path, served_workspace: Workspace
) -> None:
    turn_to(page, "Runs")
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download", exact=True).click()
    content = Path(caught.value.path()).read_bytes()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Undo").wait_for()
    page.get_by_text("Deleted runs").click()
    page.get_by_role("button", name="Empty for good").click()
    page.get_by_role("button", name="Empty it").click()
    page.get_by_text("There are none.").wait_for()
    assert not (served_workspace.runs / trained).exists()

    page.get_by_text("Bring in a run from a file").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "run.zip", "mimeType": "application/zip", "buffer": content}
    )
    page.get_by_role("button", name="Bring it in").click()
    page.wait_for_url(re.compile(f"run={trained}"))
    page.get_by_role("button", name="Delete", exact=True).wait_for()
    settled(page)
    page.screenshot(path=screenshots / "journey-1280-light-b-brought-back.png")
    brought = runs.load(served_workspace, trained)
    assert brought.has_model
    assert brought.imported_file.is_file()


def test_every_page_fits_in_light_and_dark(browser, url: str, trained: str, screenshots: Path) -> None:
    tab = browser.new_page(viewport={"width": 1280, "height": 1600})
    tab.set_default_timeout(WAIT_MS)
    without_transitions(tab)
    tab.goto(f"{url}/?run={trained}")
    too_wide = []
    for title in page_titles():
        turn_to(tab, title)
        for width, scheme in itertools.product((1280, 390), ("light", "dark")):
            tab.set_viewport_size({"width": width, "height": 1600})
            tab.emulate_media(color_scheme=scheme)
            settled(tab)
            name = f"{title.lower().replace(' ', '-')}-{width}-{scheme}"
            tab.screenshot(path=screenshots / f"{name}.png")
            if scrolls_sideways(tab):
                too_wide.append(name)
        tab.set_viewport_size({"width": 1280, "height": 1600})
        tab.emulate_media(color_scheme="light")
    tab.close()
    assert too_wide == []
