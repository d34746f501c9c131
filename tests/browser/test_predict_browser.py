"""The Predict page in a real browser: many files, the table, and the live camera (Chromium's fake one)."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.browser.conftest import settled
from tests.conftest import SAMPLE
from tlcore.runs import Run
from tlcore.workspace import Workspace

pytestmark = pytest.mark.browser

ROW_PX, HEAD_PX = 56, 36


@pytest.fixture(scope="module")
def run(trained: Run, shared_workspace: Workspace, served_workspace: Workspace) -> Iterator[Run]:
    """The shared run, served; no other test finds it there afterwards."""
    names = (f"runs/{trained.id}", f"datasets/{trained.dataset_id}", "graphs")
    for name in names:
        shutil.copytree(shared_workspace.home / name, served_workspace.home / name, dirs_exist_ok=True)
    yield trained
    for name in names[:2]:
        shutil.rmtree(served_workspace.home / name)


@pytest.fixture
def another(run: Run, served_workspace: Workspace) -> Iterator[Run]:
    """A run like the first."""
    copied = replace(run, id="00000000-00000001", name="Another")
    folder = served_workspace.home / "runs" / copied.id
    shutil.copytree(served_workspace.home / "runs" / run.id, folder)
    told = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(told | {"id": copied.id, "name": copied.name}))
    yield copied
    shutil.rmtree(folder)


def choose_run(page, run: Run) -> None:
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option", name=run.name).click()


@pytest.fixture
def page(browser, url: str, run: Run) -> Iterator[object]:
    context = browser.new_context(viewport={"width": 1280, "height": 1400}, permissions=["camera"])
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors: list[object] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(f"{url}/predict?run={run.id}")
    yield page
    context.close()
    assert errors == []


def test_a_folder_is_a_table_whose_rows_are_opened_and_corrected(
    page, tmp_path: Path, screenshots: Path, served_workspace: Workspace
) -> None:
    folder = tmp_path / "found"
    folder.mkdir()
    for kind in ("bird", "fruit"):
        for file in sorted((SAMPLE / kind).iterdir())[20:22]:
            shutil.copy(file, folder / f"{kind}-{file.name}")
    (folder / "notes.txt").write_text("hello")
    loaded: list[str] = []
    page.on("response", lambda answer: loaded.append(answer.url) if answer.ok else None)
    page.locator("input.folder").set_input_files(folder)
    page.get_by_text("1 file left out").wait_for()
    settled(page)
    page.wait_for_function(
        """() => performance.getEntriesByType("resource")
            .filter(({ name }) => name.includes("/thaw/predictions/")).length === 4"""
    )
    assert len({one for one in loaded if "/thaw/predictions/" in one}) == 4
    assert re.search("batch=[0-9a-f-]+", page.url)
    table = page.get_by_test_id("stDataFrame").last
    table.scroll_into_view_if_needed()

    def tick(row: int) -> None:
        box = table.bounding_box()
        page.mouse.click(box["x"] + 18, box["y"] + HEAD_PX + ROW_PX * (row + 0.5))

    tick(0)
    page.get_by_text("It looks like").wait_for()
    assert "picture=" in page.url
    tick(1)
    page.get_by_role("button", name="Set for 2 pictures").click()
    page.get_by_role("button", name="Add 2 pictures to few").click()
    page.get_by_text(re.compile("Version 2 of few has 2 pictures of these")).wait_for()
    settled(page)
    page.screenshot(path=screenshots / "predict-many.png")
    with page.expect_download() as caught:
        page.get_by_role("button", name="Table (CSV)").click()
    rows = list(csv.reader(io.StringIO(Path(caught.value.path()).read_text("utf-8"))))
    assert rows[0] == ["file", "label", "right", "bird", "fruit", "vehicle"]
    assert [row[2] for row in rows[1:]] == ["bird", "bird", "", ""]
    before = page.url
    page.reload()
    page.get_by_text("Table (CSV)").wait_for()
    page.get_by_text("It looks like").wait_for()
    assert page.url == before
    version = re.findall("dataset=([0-9a-f]+)", before)[0]
    shutil.rmtree(served_workspace.datasets / version)


def test_the_camera_is_live_and_off_when_it_is_left(page, another: Run, screenshots: Path) -> None:
    page.get_by_text("The camera", exact=True).click()
    page.get_by_role("button", name="Start the camera").click()
    pace = page.get_by_text(re.compile(r"^[\d.]+ pictures a second$"))
    pace.wait_for()
    shown = page.get_by_role("list", name="The likeliest classes").get_by_role("listitem")
    names = shown.locator(".name").all_inner_texts()
    assert sorted(names) == ["bird", "fruit", "vehicle"]
    page.screenshot(path=screenshots / "predict-live.png")
    # Another run is chosen at the side: it is the one that is asked from now on.
    with page.expect_request(lambda request: another.id in request.url):
        choose_run(page, another)
    pace.wait_for()
    page.get_by_role("button", name="Keep this picture").click()
    page.get_by_text("It looks like").wait_for()
    assert "picture=" in page.url
    page.evaluate(
        """() => {
            window.seen = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
                .map(element => element.shadowRoot.querySelector('video')?.srcObject)
                .find(Boolean).getTracks()
        }"""
    )
    assert page.evaluate("window.seen.map(track => track.readyState)") == ["live"]
    page.get_by_text("Files", exact=True).click()
    page.get_by_role("button", name="Choose a folder").wait_for()
    page.wait_for_function("window.seen.every(track => track.readyState === 'ended')")
