"""All pages in another language: nothing on them is said past the catalogue, and the choice is kept."""

import gettext
import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import PAGES, opened
from tlcore import backbones, datasets, runs, words
from tlcore.runs import Run
from tlcore.workspace import Workspace

# What the pages say in any language beside the names of networks: values of recipes, languages, symbols.
ALIKE = {"AUC", "Deutsch", "English", "adam", "avg", "dense", "dropout"}
INNERMOST = re.compile("⟦[^⟦⟧]*⟧")
# Icons, colours, addresses, and what Plotly fills in and draws with.
NO_WORDS = r":material/\w+:|:\w+\[|https?://\S+|%\{[^}]*\}|</?\w+[^>]*>"
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
def bracketed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # By the language they are kept, and this one has the name of English.
    st.cache_resource.clear()
    monkeypatch.setattr(words, "_catalogue", lambda name: Pseudo())
    yield
    st.cache_resource.clear()


@pytest.fixture
def own(home: Workspace, shared_workspace: Workspace, trained: Run) -> Run:
    """The trained run alone: what else lies in the shared workspace has names of its own."""
    for name in (f"runs/{trained.id}", f"datasets/{trained.dataset_id}", "graphs"):
        shutil.copytree(shared_workspace.home / name, home.home / name)
    return runs.load(home, trained.id)


def read(message: Message) -> Iterator[str]:
    """Every text of an element, and of what it holds."""
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        for one in values:
            if isinstance(one, Message):
                yield from read(one)
            elif isinstance(one, str) and field.name == "spec":
                yield from drawn(json.loads(one))
            elif isinstance(one, str) and field.name in READ:
                yield one


def drawn(part: Any) -> Iterator[str]:
    """The words of a Plotly figure."""
    if isinstance(part, list):
        for one in part:
            yield from drawn(one)
    elif isinstance(part, dict):
        for key, one in part.items():
            if key in ("text", "name", "hovertemplate", "ticktext", "x", "y"):
                texts = one if isinstance(one, list) else [one]
                yield from (text for text in texts if isinstance(text, str))
            if key not in ("template", "font"):
                yield from drawn(one)


def unsaid(app: AppTest, known: set[str]) -> set[str]:
    """Words on the page that came past the catalogue."""
    found = set()
    for element in all_of(app):
        for text in read(element.proto):
            while text != (text := INNERMOST.sub(" ", text)):
                pass
            text = re.sub(NO_WORDS, " ", text)
            # A long name may be cut short.
            found |= {word for word in WORD.findall(text) if not any(one.startswith(word) for one in known)}
    return found


def all_of(app: AppTest) -> Iterator[Any]:
    blocks = [*app._tree.children.values()]
    while blocks:
        block = blocks.pop()
        if getattr(block, "proto", None) is not None:
            yield block
        blocks += getattr(block, "children", {}).values()


def networks() -> set[str]:
    """What is alike in all languages."""
    entries = [backbones.get(name) for name in backbones.names()]
    return ALIKE | {*WORD.findall(" ".join([*backbones.names(), *(one.title for one in entries)]))}


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_workspace_says_nothing_past_the_catalogue(
    home: Workspace, bracketed: None, page: str
) -> None:
    app = opened(page)
    assert not app.exception
    assert unsaid(app, networks()) == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_run_says_nothing_past_the_catalogue(home: Workspace, own: Run, bracketed: None, page: str) -> None:
    app = opened(page, run=own.id, dataset=own.dataset_id)
    assert not app.exception
    of_run = [own.name, own.dataset_name, *own.classes]
    dataset = datasets.load(home, own.dataset_id)
    known = {*WORD.findall(" ".join(of_run + [item.name for item in dataset.items]))}
    assert unsaid(app, networks() | known) == set()
