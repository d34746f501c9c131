"""The sidebar: which dataset and which run the pages are about."""

import streamlit as st

from pages.ui import state
from pages.ui.messages import one_line, told
from tlcore import datasets, runs
from tlcore.runs import Run


def draw() -> None:
    space = state.workspace()
    sets = {found.id: found for found in datasets.list_all(space)}
    known = {run.id: run for run in runs.list_all(space)}
    with st.sidebar:
        _choice("dataset", "Dataset", {id: f"{x.name} · {len(x.items)} pictures" for id, x in sets.items()})
        _choice("run", "Run", {id: _line(run) for id, run in known.items()})


def _line(run: Run) -> str:
    return f"{run.name} · {run.dataset_name}"


def _choice(id: str, label: str, lines: dict[str, str]) -> None:
    chosen = state.selected(id)
    if not lines:
        st.caption(f"No {id} yet")
        return
    key = state.widget(id, chosen if chosen in lines else None)
    st.selectbox(
        label,
        list(lines),
        format_func=lambda one: one_line(lines[one]),
        key=key,
        placeholder=f"Choose a {id}",
        index=None,
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
