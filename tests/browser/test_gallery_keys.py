"""A dataset looked through and changed in a real browser, by keyboard alone."""

import io
import re
import zipfile

import pytest

from tests import pictures
from tests.browser.conftest import settled
from tlcore import datasets, intake
from tlcore.workspace import Workspace

pytestmark = pytest.mark.browser


def test_pictures_are_moved_by_keyboard_and_the_zip_is_taken_away(
    browser, url: str, served_workspace: Workspace
) -> None:
    files = pictures.classes("cup", "mug", each=12)
    dataset = intake.take(served_workspace, files.items(), name="things to drink from")
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    page.set_default_timeout(60_000)
    page.goto(f"{url}/data?dataset={dataset.id}&class=mug")
    boxes = page.get_by_role("checkbox")
    for name in ("3.png", "5.png"):
        box = page.get_by_role("checkbox", name=name, exact=True)
        box.focus()
        page.keyboard.press("Space")
        settled(page)
    assert boxes.count() == 12
    page.get_by_role("button", name="Move 2 pictures").press("Enter")
    page.get_by_text("2 pictures moved from 'mug' to 'cup'").first.wait_for()
    settled(page)
    found = re.search(r"dataset=([0-9a-f]{16})", page.url)
    assert found
    moved = datasets.load(served_workspace, found[1])
    assert pictures.sizes(moved) == {"cup": 14, "mug": 10}
    assert boxes.count() == 10
    assert page.get_by_role("img", name=re.compile(r"^mug: .*png, (training|validation)$")).count() == 10

    page.get_by_text("Take the pictures away").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the zip").press("Enter")
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert len([name for name in archive.namelist() if "/cup/" in name]) == 14

    page.get_by_role("button", name="Back to version 1").press("Enter")
    page.get_by_role("button", name="On to version 2").wait_for()
    settled(page)
    assert f"dataset={dataset.id}" in page.url
    page.close()
