"""Take the model away."""

import functools

import streamlit as st

from pages.ui import guide, messages, state
from pages.ui.numbers import percent
from tlcore import evaluation, exporters, measures
from tlcore.datasets import Split
from tlcore.numbers import bytes_words

st.title("Export")
run = guide.finished_run()
guide.headline(run)
with st.container(horizontal=True):
    measure = measures.name(run)
    share = measures.share(evaluation.load(run).splits.get(Split.VAL))
    st.metric(f"Validation {measure.lower()}", percent(share), border=True, help=measures.HELP[measure])
    st.metric("Size", bytes_words(run.model_file.stat().st_size), border=True)

for name, exporter in exporters.FORMATS.items():
    with st.container(border=True), messages.shown():
        st.subheader(exporter.title, anchor=False)
        st.markdown(exporter.says)
        st.download_button(
            "Download",
            # Packed when it is asked for: a model may be large.
            functools.partial(exporters.package, state.workspace(), run, name),
            f"thaw-{run.id}-{name}.zip",
            "application/zip",
            key=f"download_{name}",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
        )
        st.code(exporters.program(run, name), language="python")
