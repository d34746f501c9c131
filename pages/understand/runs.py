"""All runs in a list: what became of each, and what can be done with it."""

import streamlit as st

from pages.ui import damaged_runs, deleted_runs, disk_use, guide, messages, run_actions, run_table, state
from pages.ui.bring_run import bring_run
from tlcore import overview
from tlcore.overview import Line
from tlcore.words import tr

LOOK_AGAIN_S = 2.0


def watch(lines: list[Line]) -> None:
    """While something trains: when what became of a run changes, the page is drawn anew."""
    if any(not line.progress.status.final for line in lines):
        st.fragment(look_again, run_every=LOOK_AGAIN_S)(statuses(lines))


def look_again(drawn: dict[str, str]) -> None:
    with messages.guarded():
        if statuses(overview.lines(state.workspace())) != drawn:
            st.rerun()


def statuses(lines: list[Line]) -> dict[str, str]:
    return {line.run.id: line.progress.status.value for line in lines}


st.title(tr("Runs"))
deleted_runs.offer_undo()
lines = overview.lines(state.workspace())
damaged_runs.show()
if lines:
    run_table.choose(lines)
    watch(lines)
    with messages.shown():
        run = state.run()
        line = next((line for line in lines if run is not None and line.run.id == run.id), None)
        if line is not None:
            run_actions.show(line)
else:
    st.info(tr("There are no runs yet."), icon=":material/arrow_forward:")
    guide.onward(tr("Train a model"), "build/train.py")
bring_run()
deleted_runs.show()
disk_use.show()
