"""The training as a program in plain Keras, to read and to take away."""

import streamlit as st

from pages.ui.messages import keep_view, shown
from tlcore import program
from tlcore.plans import Plan
from tlcore.words import tr


def show_program(plan: Plan, classes: tuple[str, ...]) -> None:
    panel = st.expander(tr("The Keras program"), icon=":material/code:", key="program", on_change=keep_view)
    if not panel.open:
        return
    with panel, shown():
        source = program.source(plan, classes)
        st.caption(
            tr("What is trained here, as a program in Keras. It starts from the same weights as Thaw.")
        )
        with st.container(horizontal=True):
            st.download_button(
                tr("Python file"),
                source,
                "train.py",
                "text/x-python",
                icon=":material/download:",
                on_click="ignore",
            )
            st.download_button(
                tr("Notebook"),
                lambda: program.notebook(plan, classes),
                "train.ipynb",
                "application/x-ipynb+json",
                icon=":material/download:",
                on_click="ignore",
            )
        # Code that scrolls by itself cannot be scrolled by keyboard in every browser; what is around it can.
        with st.container(height=420, border=False):
            st.code(source, language="python", wrap_lines=True)
