"""All runs side by side."""

import streamlit as st

from pages.ui import guide, state
from pages.ui.messages import literal
from tlcore import jobs, runs

st.title("Compare")
space = state.workspace()
known = runs.list_all(space)
for sentence in runs.list_damaged(space):
    st.warning(literal(sentence), icon=":material/broken_image:")
if not known:
    st.info("There are no runs yet.", icon=":material/arrow_forward:")
    guide.onward("Train a model", "build/train.py")
    st.stop()

rows = []
for run in known:
    progress = jobs.progress(space, run)
    row = {"Run": run.name, "Dataset": run.dataset_name, "Status": progress.status.value}
    for split, title in (("val", "Validation"), ("test", "Test")):
        if progress.final.get(f"{split}_accuracy") is not None:
            row[title] = progress.final[f"{split}_accuracy"]
    if "total" in progress.final.get("seconds", {}):
        row["Seconds"] = progress.final["seconds"]["total"]
    rows.append(row | {"Epochs": len(progress.epochs), "Recipe": run.recipe.summary()})

# A column that no run fills is not drawn.
order = ["Run", "Dataset", "Status", "Validation", "Test", "Seconds", "Epochs", "Recipe"]
st.dataframe(
    rows,
    hide_index=True,
    alt="All runs with status, accuracy, time and recipe",
    column_order=[name for name in order if any(name in row for row in rows)],
    column_config={
        "Validation": st.column_config.NumberColumn(format="percent"),
        "Test": st.column_config.NumberColumn(format="percent"),
        "Seconds": st.column_config.NumberColumn(format="%.1f"),
    },
)
