"""The language of the pages: what the person chose, else the browser's."""

import streamlit as st
from starlette.requests import Request
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui import person, session, state
from pages.ui.messages import told
from tlcore import preferences, words
from tlcore.words import tr

_KEY = "language"


def settle() -> None:
    """Before a page is drawn: what it is written in, also by the callbacks and fragments that come after."""
    asked = _chosen() or words.best([st.context.locale or ""])
    session.current().language = asked


def choose() -> None:
    """The list of languages, each by its own name; the browser's is the first."""
    st.selectbox(
        tr("Language"),
        list(words.languages()),
        format_func=words.languages().__getitem__,
        key=state.widget(_KEY, words.language()),
        on_change=_changed,
    )


def of(request: Request) -> str:
    """Of a request beside the pages: what its link says, else the browser: ``de-AT,de;q=0.9,en;q=0.8``."""
    browsers = request.headers.get("accept-language", "").split(",")
    said = request.query_params.get(_KEY, "")
    return words.best([said, *(name.split(";")[0].strip() for name in browsers)])


def _chosen() -> str | None:
    # Of a tab that has just been opened nobody knows the owner yet.
    kept = preferences.load(state.workspace(), person.name()).get(_KEY)
    return kept if kept in words.languages() else None


@told
def _changed() -> None:
    preferences.keep(state.workspace(), state.owner(), language=state.widget_value(_KEY))


def _of_tab() -> str | None:
    # None in a thread that draws no page.
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    return session.current().language or None


words.ask(_of_tab)
