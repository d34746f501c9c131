"""The run as files to read and to hand on, a report and a model card, written when they are asked for."""

import streamlit as st

from pages.ui import download_route
from tlcore.runs import Run
from tlcore.words import tr


def show(run: Run) -> None:
    st.header(tr("To read, and to hand on"), anchor=False)
    st.caption(
        tr(
            "The report is one page with the figures, mistakes, limits and recipe, which opens "
            "without internet. It holds small copies of some pictures, with their file names. The "
            "model card is the short form, in Markdown."
        )
    )
    with st.container(horizontal=True):
        report(run)
        st.link_button(
            tr("Download the model card"), download_route.card_link(run), icon=":material/download:"
        )


def report(run: Run) -> None:
    """Its button alone."""
    st.link_button(
        tr("Download the report"),
        # Pictures and heat maps are drawn for it, which nobody waits for who only looks at the page.
        download_route.report_link(run),
        icon=":material/download:",
        help=tr("All of this as one page to keep, which opens without internet."),
    )
