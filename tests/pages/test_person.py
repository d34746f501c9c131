"""Who sits at the browser: one name for all its tabs, another for another browser."""

from types import SimpleNamespace

import pytest

from pages.ui import person
from tests.pages.recipe_pages import Page
from tlcore import jobs


def at(
    monkeypatch: pytest.MonkeyPatch, cookie: str | None = None, user: dict[str, object] | None = None
) -> str:
    cookies = {"_streamlit_xsrf": cookie} if cookie else {}
    context, known = SimpleNamespace(cookies=cookies), user or {"is_logged_in": False}
    monkeypatch.setattr(person, "st", SimpleNamespace(context=context, user=known))
    return person.name()


def test_a_browser_is_one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    first = at(monkeypatch, "2|aa|bb|1")
    assert first.startswith("browser ")
    assert at(monkeypatch, "2|aa|bb|1") == first
    assert at(monkeypatch, "2|cc|dd|2") == first, "the same, masked anew"
    assert at(monkeypatch, "2|cc|de|1") != first
    assert at(monkeypatch, "of another form") != first


def test_who_is_logged_in_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert at(monkeypatch, "x", {"is_logged_in": True, "email": "ada@example.org"}) == "ada@example.org"
    assert at(monkeypatch) == ""


def test_a_training_is_started_in_the_name_of_the_browser(
    train: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def start(*_: object, owner: str) -> object:
        asked.append(owner)
        return SimpleNamespace(id="none")

    monkeypatch.setattr(jobs, "start", start)
    monkeypatch.setattr(person, "name", lambda: "browser 1")
    train.find("button", "Start training").click().run()
    assert asked == ["browser 1"]
