"""The language of the pages: what the person chose, else the browser's."""

from collections import OrderedDict

import streamlit as st
from starlette.requests import Request
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui import person, state
from pages.ui.messages import told
from tlcore import preferences, words
from tlcore.words import tr

_KEY = "language"
HEADER = "X-Thaw-Language"


# By Streamlit's id of a tab, and not in its session state: where a rerun waits, a look at that ends whatever
# is being done, and words are said in the middle of everything.
_spoken: OrderedDict[str, str] = OrderedDict()
_MOST_TABS = 10_000


def settle() -> None:
    """Before a page is drawn: what it is written in, also by the callbacks and fragments that come after."""
    tab = _tab()
    if tab is not None:
        _spoken[tab] = _chosen() or words.best([st.context.locale or ""])
        _spoken.move_to_end(tab)
        while len(_spoken) > _MOST_TABS:
            _spoken.popitem(last=False)


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
    """Of a request beside the pages: what the page says, else the browser: ``de-AT,de;q=0.9,en;q=0.8``."""
    browsers = request.headers.get("accept-language", "").split(",")
    said = request.query_params.get(_KEY) or request.headers.get(HEADER, "")
    return words.best([said, *(name.split(";")[0].strip() for name in browsers)])


def _chosen() -> str | None:
    # Of a tab that has just been opened the state does not know the owner yet.
    name = person.name()
    kept = preferences.load(state.workspace(), name).get(_KEY) if name else state.notes().get(_KEY)
    return kept if kept in words.languages() else None


@told
def _changed() -> None:
    chosen = state.widget_value(_KEY)
    if state.owner():
        preferences.keep(state.workspace(), state.owner(), language=chosen)
    else:
        # Nobody in particular: for this tab alone.
        state.notes()[_KEY] = chosen


def _tab() -> str | None:
    """None in a thread that draws no page."""
    context = get_script_run_ctx(suppress_warning=True)
    return None if context is None else context.session_id


def _of_tab() -> str | None:
    tab = _tab()
    return None if tab is None else _spoken.get(tab)


words.ask(_of_tab)
