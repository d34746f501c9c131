"""All runs side by side."""

from typing import Any

import streamlit as st

from pages.ui import guide, state
from pages.ui.messages import literal
from tlcore import jobs, measures, runs
from tlcore.datasets import Split

SPLITS = {Split.VAL: "Validation", Split.TEST: "Test"}

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
    row: dict[str, Any] = {"Run": run.name, "Dataset": run.dataset_name, "Status": progress.status.value}
    shares = measures.shares(run, progress)
    row |= {SPLITS[split]: share for split, share in shares.items()}
    if shares:
        row["Measure"] = measures.name(run)
    if "total" in progress.final.get("seconds", {}):
        row["Seconds"] = progress.final["seconds"]["total"]
    rows.append(row | {"Epochs": len(progress.epochs), "Recipe": run.recipe.summary()})

# A column that no run fills is not drawn.
order = ["Run", "Dataset", "Status", "Validation", "Test", "Measure", "Seconds", "Epochs", "Recipe"]
st.dataframe(
    rows,
    hide_index=True,
    alt="All runs with status, share of right answers, time and recipe",
    column_order=[name for name in order if any(name in row for row in rows)],
    column_config={
        "Validation": st.column_config.NumberColumn(format="percent"),
        "Test": st.column_config.NumberColumn(format="percent"),
        "Measure": st.column_config.TextColumn(help=" ".join(f"{a}: {b}" for a, b in measures.HELP.items())),
        "Seconds": st.column_config.NumberColumn(format="%.1f"),
    },
)
