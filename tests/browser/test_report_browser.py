"""A report in a browser without a network: its charts are drawn, and nothing is asked for."""

from pathlib import Path

import pytest

from tests.reports import reported
from tlcore import run_report
from tlcore.workspace import Workspace

pytestmark = pytest.mark.browser


def test_it_opens_offline(browser: object, workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(run_report.html(workspace, reported.hostile(workspace)), "utf-8")
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 800}, color_scheme="dark")
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url.partition(",")[0]))
    try:
        page.goto(file.as_uri())
        charts = page.locator("figure.chart")
        assert charts.count() == 5
        # Waiting for a function would be a program that the policy forbids.
        for number in range(5):
            charts.nth(number).locator(".main-svg").first.wait_for()
        assert said == []
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
        # Folded parts are on paper too, and folded again after it.
        assert page.locator("details[open]").count() == 0
        page.emulate_media(media="print")
        page.locator("details:not([open])").first.wait_for(state="detached")
        assert page.locator("details[open]").count() == 2
        page.emulate_media(media="screen")
        page.locator("details[open]").first.wait_for(state="detached")
        assert said == []
    finally:
        context.close()
