"""Take the model away."""

import streamlit as st

from pages.ui import guide, messages, state
from pages.ui.numbers import bytes_words, percent
from tlcore import evaluation, exporters
from tlcore.datasets import Split

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
        with st.container(horizontal=True):
            st.metric("Validation accuracy", percent(evaluation.load(run).accuracy(Split.VAL)), border=True)
            st.metric("Size", bytes_words(run.model_file.stat().st_size), border=True)
        st.download_button(
            "Download",
            # Packed when it is asked for: a model may be large.
            lambda: exporters.package(state.workspace(), run, "keras"),
            f"thaw-{run.id}.zip",
            "application/zip",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
        )
        st.code(exporters.program(run, "keras"), language="python")
