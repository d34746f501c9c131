"""All pages in another language: nothing on them is said past the catalogue, and the choice is kept."""

import gettext
import re
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import PAGES, opened
from tlcore import words
from tlcore.runs import Run
from tlcore.workspace import Workspace

# What the pages say in any language: names of networks, layers, optimizers, units, the field's own symbols.
ALIKE: set[str] = set()
INNERMOST = re.compile("⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[A-Za-z]{3,}")
# Text that is read; keys, ids, urls, icons and colours are not.
READ = {
    *("label", "help", "body", "text", "caption", "placeholder", "title", "alt", "alt_text", "options"),
    *("delta", "value", "header", "tooltip"),
}


class Pseudo(gettext.NullTranslations):
    """A language in which every message is said in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return f"⟦{one if n == 1 else many}⟧"


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_catalogue", lambda name: Pseudo())


def read(message: Message) -> Iterator[str]:
    """Every text of an element, and of what it holds."""
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        for one in values:
            if isinstance(one, Message):
                yield from read(one)
            elif isinstance(one, str) and field.name in READ:
                yield one


def unsaid(app: AppTest, known: set[str]) -> set[str]:
    """Words on the page that came past the catalogue."""
    found = set()
    for element in all_of(app):
        for text in read(element.proto):
            while text != (text := INNERMOST.sub(" ", text)):
                pass
            text = re.sub(r":material/\w+:|:\w+\[|https?://\S+", " ", text)
            found |= {word for word in WORD.findall(text) if word not in known}
    return found


def all_of(app: AppTest) -> Iterator[Any]:
    blocks = [*app._tree.children.values()]
    while blocks:
        block = blocks.pop()
        if getattr(block, "proto", None) is not None:
            yield block
        blocks += getattr(block, "children", {}).values()


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_workspace_says_nothing_past_the_catalogue(
    home: Workspace, bracketed: None, page: str
) -> None:
    app = opened(page)
    assert not app.exception
    assert unsaid(app, ALIKE) == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_run_says_nothing_past_the_catalogue(
    at_home: Workspace, trained: Run, bracketed: None, page: str
) -> None:
    app = opened(page, run=trained.id, dataset=trained.dataset_id)
    assert not app.exception
    known = {*WORD.findall(" ".join([trained.name, trained.dataset_name, *trained.classes]))}
    assert unsaid(app, ALIKE | known) == set()
