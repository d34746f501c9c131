"""The pages in the browser's language, and in the one that is chosen."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import settled

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser, url: str) -> Iterator[object]:
    context = browser.new_context(viewport={"width": 1280, "height": 1400}, locale="de-AT")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(url)
    yield page
    context.close()


def test_the_browser_s_language_and_another_one(page) -> None:
    page.get_by_role("heading", name="Trainieren Sie Ihren eigenen Bildklassifikator").wait_for()
    page.get_by_role("link", name="Auswerten", exact=True).click()
    page.get_by_role("heading", name="Auswerten", exact=True).wait_for()
    assert page.url.partition("?")[0].endswith("/evaluate")
    settled(page)
    page.get_by_role("combobox", name="Sprache").click()
    page.get_by_role("option", name="English").click()
    page.get_by_role("heading", name="Evaluate", exact=True).wait_for()
    # It is kept for the person, whatever the browser asks for.
    page.reload()
    page.get_by_role("heading", name="Evaluate", exact=True).wait_for()
    settled(page)
    page.get_by_role("combobox", name="Language").click()
    page.get_by_role("option", name="Deutsch").click()
    page.get_by_role("heading", name="Auswerten", exact=True).wait_for()
