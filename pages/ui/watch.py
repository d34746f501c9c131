"""A run as it trains: its state, its curves, its log."""

import streamlit as st

from pages.ui import concept, guide, reading, run_curves, run_log, run_state, state, tab
from pages.ui.messages import guarded
from tlcore import watching
from tlcore.runs import Run
from tlcore.words import tr

OTHERS = 20
"""Earlier runs that are looked through for the one whose features are used."""


def watch(run: Run) -> None:
    """Draws the run; while it is under way it looks again every second, and stops looking when it ends."""
    workspace = state.workspace()
    under_way = not watching.look(workspace, run).progress.status.final
    others = watching.earlier(workspace, run, OTHERS)
    st.fragment(_draw, run_every=1.0 if under_way else None)(run, under_way, others)


def _draw(run: Run, under_way: bool, others: run_curves.Others) -> None:
    # A fragment that looks again by itself is called by Streamlit, not by the page and its guard.
    with guarded():
        _show(run, under_way, others)


def _show(run: Run, under_way: bool, others: run_curves.Others) -> None:
    look = watching.look(state.workspace(), run)
    final = look.progress.status.final
    if under_way == final:
        # It has ended, or goes on again: the whole page once more, with or without looking every second.
        st.rerun()
    guide.headline(run)
    run_state.show(run, look)
    tab.tell(run, look.progress)
    if look.progress.epochs:
        run_curves.show(run, look, others)
        concept.what_is("validation", "overfitting")
    if final and run.has_model:
        reading.show(run)
        with st.container(horizontal=True, vertical_alignment="center"):
            guide.onward(tr("Next: see what it got wrong"), "understand/evaluate.py")
            guide.link(tr("Try it on a picture"), "use/predict.py", ":material/center_focus_strong:")
            guide.link(tr("Take it away"), "use/export.py", ":material/download:")
    run_log.show(run, look.events)
