"""The first minute in a real browser: one click on the start page, then one next-button on each page."""

import re

import pytest

from tests.browser.conftest import settled
from tlcore import runs
from tlcore.workspace import Workspace

pytestmark = pytest.mark.browser


def test_one_click_and_then_a_next_button_on_each_page(
    browser, url: str, served_workspace: Workspace
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 1200})
    page.set_default_timeout(90_000)
    page.goto(url)
    page.locator(".js-plotly-plot").first.wait_for()
    page.get_by_role("button", name="Try it with the sample").click()
    page.get_by_text("a ready-made recipe trains on it").wait_for()
    page.get_by_text("Done.").wait_for()
    found = re.search(r"run=([0-9a-f-]+)", page.url)
    assert found
    assert runs.load(served_workspace, found[1]).events()[-1]["val_accuracy"] >= 0.70
    for button, title in (
        ("Next: see what it got wrong", "Evaluate"),
        ("Next: try it on a picture", "Predict"),
        ("Next: take the model away", "Export"),
    ):
        page.get_by_role("button", name=button).click()
        page.get_by_role("heading", name=title, level=1, exact=True).wait_for()
        settled(page)
        assert f"run={found[1]}" in page.url
    # The depth is the person's, also after a reload.
    page.get_by_role("link", name="Model", exact=True).click()
    page.get_by_text("Guided", exact=True).click()
    page.get_by_text("What are your pictures?").wait_for()
    page.get_by_text("Finding every one of rare classes").click()
    page.get_by_text("the same for each class").wait_for()
    page.reload()
    page.get_by_text("the same for each class").wait_for()
    assert page.get_by_role("radio", name="Finding every one of rare classes").is_checked()
    page.close()
