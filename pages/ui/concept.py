"""A concept explained in place, and the way to the page of all of them."""

import plotly.graph_objects as go
import streamlit as st

from pages.ui import guide, state
from pages.ui.messages import keep_view
from tlcore import lessons, words
from tlcore.lessons import Concept, Drawing
from tlcore.words import tr

PAGE = "understand/concepts.py"
KEY = "concept"
"""In the URL of the page, with the title of the one that is looked at."""


def what_is(*ids: str, place: str = "") -> None:
    """A small question for each concept, which opens its explanation.

    ``place``: tells two of one concept on one page apart.
    """
    with st.container(horizontal=True, gap="small"):
        for id in ids:
            _question(lessons.get(id), place)


def _question(concept: Concept, place: str) -> None:
    # Its picture is drawn when somebody asks.
    panel = st.popover(
        tr(concept.question),
        type="tertiary",
        icon=":material/help:",
        key=f"what_is_{concept.id}_{place}",
        on_change=keep_view,
    )
    if panel.open:
        with panel:
            show(concept, f"in_{place}")
            link(concept.id)


def show(concept: Concept, place: str) -> None:
    """``place``: tells the pictures of one concept on one page apart."""
    st.markdown(f"**{tr(concept.title)}.** {tr(concept.sentence)}")
    drawing = _drawing(concept.id, words.language())
    if isinstance(drawing.shown, go.Figure):
        st.plotly_chart(
            drawing.shown,
            key=f"lesson_{concept.id}_{place}",
            config={"displayModeBar": False},
            alt=drawing.alt,
        )
    else:
        st.image(drawing.shown, alt=drawing.alt)
    st.markdown(tr(concept.more))


def link(id: str, label: str = "") -> None:
    """To the page of all concepts, at this one."""
    st.page_link(
        guide.FOLDER / PAGE,
        label=label or tr("All concepts"),
        icon=":material/school:",
        query_params=state.chosen() | {KEY: tr(lessons.get(id).title)},
    )


# There are words in the drawings; two languages of all of them are kept.
@st.cache_resource(max_entries=2 * len(lessons.CONCEPTS), show_spinner=False)
def _drawing(id: str, language: str) -> Drawing:
    with words.speaking(language):
        return lessons.draw(id, sorted((guide.SAMPLE / "bird").iterdir())[0])
