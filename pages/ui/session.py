"""What this browser tab knows besides the disk, in a form that a callback can read and write whole.

A rerun that arrives while a callback runs ends it at its next access to ``st.session_state`` or
``st.query_params``, without a word: Streamlit takes it for the callback's own ``st.rerun`` (1.59,
``SessionState._run_callback_and_record_rerun``). Such reruns are usual: a number is typed and a button
clicked at once, a page looks every second how a training goes. So a callback touches neither: it reads what
Streamlit had when it began, and writes to plain objects.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

_KEY = "thaw"


@dataclass
class Session:
    """Of one browser tab."""

    ids: dict[str, str | None] = field(default_factory=dict)
    """What is chosen: dataset, recipe, run, picture."""
    ahead: bool = False
    """Whether a callback has run since the URL was set."""
    person: str = ""
    """Whose browser it is."""
    notes: dict[str, Any] = field(default_factory=dict)
    """Small things that no link needs to carry."""
    wanted: dict[str, Any] = field(default_factory=dict)
    """Values for widgets, by key, for the page that is drawn next."""


_in_callback: ContextVar[Mapping[str, Any] | None] = ContextVar("in_callback", default=None)


@contextmanager
def callback() -> Iterator[None]:
    """Around a callback; ``to_dict`` is the one way to read Streamlit's state that nothing interrupts."""
    token = _in_callback.set(st.session_state.to_dict())
    current().ahead = True
    try:
        yield
    finally:
        _in_callback.reset(token)


def in_callback() -> bool:
    return _in_callback.get() is not None


def entered(key: str) -> Any:
    """What the widget of this key holds."""
    values = _in_callback.get()
    return st.session_state[key] if values is None else values[key]


def current() -> Session:
    """The tab's own, made when its first page is drawn."""
    values = _in_callback.get()
    if values is not None:
        found: Session = values[_KEY]
    else:
        if _KEY not in st.session_state:
            st.session_state[_KEY] = Session()
        found = st.session_state[_KEY]
    return found


def set_widgets() -> None:
    """Give the widgets the values that callbacks wanted for them; before they are drawn."""
    wanted = current().wanted
    for key in [*wanted]:
        st.session_state[key] = wanted[key]
        del wanted[key]
