"""All runs side by side."""

import streamlit as st

from pages.ui import guide, run_table, state
from pages.ui.messages import literal
from tlcore import overview, runs

st.title("Compare")
lines = overview.lines(state.workspace())
for sentence in runs.list_damaged(state.workspace()):
    st.warning(literal(sentence), icon=":material/broken_image:")
if not lines:
    st.info("There are no runs yet.", icon=":material/arrow_forward:")
    guide.onward("Train a model", "build/train.py")
    st.stop()

rows = [{"Run": line.run.name, **run_table.row(line)} for line in lines]
order = ["Dataset", "Status", "Validation", "Test", "Measure", "Took", "Epochs", "Recipe"]
st.dataframe(
    rows,
    hide_index=True,
    alt="All runs with status, share of right answers, time and recipe",
    column_order=["Run", *run_table.filled(rows, order)],
    column_config=run_table.columns(),
    placeholder="–",
)
