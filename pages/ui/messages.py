"""An error as a calm box: the one place where the core's errors become words on a page."""

import functools
import logging
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from pages.ui import session, state
from tlcore.errors import ThawError
from tlcore.words import tr

log = logging.getLogger("thaw.pages")

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:^=&@/\"'])")


def literal(text: str) -> str:
    """A user's text for a label or caption, where Streamlit would read Markdown in it."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def one_line(text: str) -> str:
    """A user's text for the options of a selectbox, which Streamlit shows as they are."""
    return " ".join(text.split())


@contextmanager
def shown() -> Iterator[None]:
    """What the core refuses is shown as its sentence, and the page goes on below."""
    try:
        yield
    except ThawError as error:
        st.error(literal(str(error)), icon=":material/info:")


def told(callback: Callable[..., None]) -> Callable[..., None]:
    """A widget's callback: it runs whole, and a refusal is shown on the page that is drawn next."""

    @functools.wraps(callback)
    def safe(*args: Any) -> None:
        with session.callback():
            try:
                callback(*args)
            except ThawError as error:
                state.notes()["refused"] = str(error)

    return safe


@told
def keep_view() -> None:
    """The callback of a widget that changes only what is seen: nothing is chosen, and nothing forgotten."""


def show_refused() -> None:
    sentence = state.notes().pop("refused", None)
    if sentence:
        st.error(literal(sentence), icon=":material/info:")


@contextmanager
def guarded() -> Iterator[None]:
    """Around a whole page: no traceback; what was not foreseen gets an id that is in the log."""
    try:
        with shown():
            yield
    except Exception:
        id = secrets.token_hex(4)
        log.exception("page failed, id %s", id)
        st.error(
            tr(
                "Something went wrong that should not have. Reload the page; if it stays, report the id "
                "{id}.",
                id=id,
            ),
            icon=":material/error:",
        )
