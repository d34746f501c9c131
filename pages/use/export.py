"""Take the model away."""

import streamlit as st

from pages.ui import guide, messages, state
from pages.ui.numbers import bytes_words, percent
from tlcore import evaluation, exporters
from tlcore.datasets import Split


@st.cache_data(max_entries=2, show_spinner="Packing the model …")
def packed(run_id: str, format: str) -> bytes:
    return exporters.package(state.workspace(), run, format)


st.title("Export")
run = guide.finished_run()
guide.headline(run)

with st.container(border=True):
    st.subheader("Keras", anchor=False)
    st.markdown(
        "The whole model as one `.keras` file, with the preprocessing inside: it takes RGB pixels from 0 to "
        "255. In the zip are also the labels, the recipe, a README and the program below."
    )
    with messages.shown():
        content = packed(run.id, "keras")
        with st.container(horizontal=True):
            st.metric("Validation accuracy", percent(evaluation.load(run).accuracy(Split.VAL)), border=True)
            st.metric("Size", bytes_words(len(content)), border=True)
        st.download_button(
            f"Download ({bytes_words(len(content))})",
            content,
            f"thaw-{run.id}.zip",
            "application/zip",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
        )
        st.code(exporters.program(run, "keras"), language="python")
