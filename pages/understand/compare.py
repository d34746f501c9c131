"""All runs side by side."""

import streamlit as st

from pages.ui import state
from tlcore import jobs, runs

st.title("Compare")
space = state.workspace()
known = runs.list_all(space)
if not known:
    st.info("There are no runs yet.", icon=":material/arrow_forward:")
    st.page_link("build/train.py", label="Train a model", icon=":material/arrow_forward:")
    st.stop()

rows = []
for run in known:
    progress = jobs.progress(space, run)
    rows.append(
        {
            "Run": run.name,
            "Dataset": run.dataset_name,
            "Status": progress.status.value,
            "Validation": progress.final.get("val_accuracy"),
            "Test": progress.final.get("test_accuracy"),
            "Epochs": len(progress.epochs),
            "Seconds": progress.final.get("seconds", {}).get("total"),
            "Recipe": run.recipe.summary(),
        }
    )
st.dataframe(
    rows,
    hide_index=True,
    alt="All runs with status, accuracy, time and recipe",
    column_config={
        "Validation": st.column_config.NumberColumn(format="percent"),
        "Test": st.column_config.NumberColumn(format="percent"),
        "Seconds": st.column_config.NumberColumn(format="%.1f"),
    },
)
