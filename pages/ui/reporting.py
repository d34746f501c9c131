"""The run as files to read and to hand on, a report and a model card, written when they are asked for."""

import streamlit as st

from pages.ui import state
from tlcore import model_card, run_report
from tlcore.runs import Run


def show(run: Run) -> None:
    st.subheader("To read, and to hand on", anchor=False)
    st.caption(
        "The report is one page with the figures, mistakes, limits and recipe, which opens without internet. "
        "It holds small copies of some pictures, with their file names. The model card is the short form, in "
        "Markdown."
    )
    with st.container(horizontal=True):
        report(run)
        st.download_button(
            "Download the model card",
            lambda: model_card.text(state.workspace(), run),
            model_card.file_name(run),
            "text/markdown",
            key=f"card_{run.id}",
            icon=":material/download:",
            on_click="ignore",
        )


def report(run: Run) -> None:
    """Its button alone."""
    st.download_button(
        "Download the report",
        # Pictures and heat maps are drawn for it, which nobody waits for who only looks at the page.
        lambda: run_report.html(state.workspace(), run),
        run_report.file_name(run),
        "text/html",
        # Another run is another button: its file is made by what it was drawn with.
        key=f"report_{run.id}",
        icon=":material/download:",
        on_click="ignore",
        help="All of this as one page to keep, which opens without internet.",
    )
