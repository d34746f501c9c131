"""A part of a page about a dataset that is drawn anew by itself while somebody looks and tries."""

from collections.abc import Callable

import streamlit as st

from pages.ui import messages, session, state
from tlcore.datasets import Dataset


def draw(dataset: Dataset, show: Callable[[Dataset], None]) -> None:
    st.fragment(_draw)(dataset, show)


def _draw(dataset: Dataset, show: Callable[[Dataset], None]) -> None:
    # A fragment is called by Streamlit, not by the page and its guard.
    with messages.guarded():
        if state.selected("dataset") != dataset.id:
            # Something was changed: all of the page is about the next version.
            st.rerun()
        messages.show_refused()
        show(dataset)
        # Of the callbacks that led here none chose anything, so the next link is followed.
        session.current().ahead = False
