"""The sidebar: which dataset and which run the pages are about."""

from collections import Counter

import streamlit as st

from pages.ui import state
from pages.ui.messages import one_line, told
from tlcore import datasets, runs
from tlcore.datasets import Dataset
from tlcore.runs import Run


def draw() -> None:
    space = state.workspace()
    sets = {found.id: found for found in datasets.list_all(space)}
    known = {run.id: run for run in runs.list_all(space)}
    with st.sidebar:
        _choice("dataset", "Dataset", {id: _dataset_line(found) for id, found in sets.items()})
        _choice("run", "Run", {id: _run_line(run) for id, run in known.items()})


def _dataset_line(dataset: Dataset) -> str:
    return f"{dataset.name} · {len(dataset.items)} pictures · {dataset.val_fraction:.0%} for validation"


def _run_line(run: Run) -> str:
    return f"{run.name} · {run.dataset_name}"


def distinct(lines: dict[str, str]) -> dict[str, str]:
    """Lines of which no two are alike: a selectbox tells its options apart by what it shows."""
    counts = Counter(one_line(line) for line in lines.values())
    return {
        id: one_line(line) if counts[one_line(line)] == 1 else f"{one_line(line)} · {id}"
        for id, line in lines.items()
    }


def _choice(id: str, label: str, lines: dict[str, str]) -> None:
    chosen = state.selected(id)
    if not lines:
        st.caption(f"No {id} yet")
        return
    lines = distinct(lines)
    key = state.widget(id, chosen if chosen in lines else None)
    st.selectbox(
        label,
        list(lines),
        format_func=lines.__getitem__,
        key=key,
        placeholder=f"Choose a {id}",
        # With a choice made there is none to take back: Escape would.
        index=0 if chosen in lines else None,
        on_change=_changed,
        args=(id,),
    )


@told
def _changed(id: str) -> None:
    state.select(**{id: state.widget_value(id)})
    if id == "run":
        run = state.run()
        if run is not None:
            state.select(dataset=run.dataset_id)
