"""The pictures of a run compared with each other: offered, waited for, told when it cannot be."""

import streamlit as st

from pages.ui import messages, state
from pages.ui.messages import guarded, literal
from tlcore import atlas, runs
from tlcore.asked import Standing
from tlcore.atlas import Projection
from tlcore.runs import Run

_STAGES = {
    "features": "What the network sees in the pictures",
    "neighbours": "Every picture with every other",
    "projection": "Drawing the map",
}


def is_done(run: Run, projection: Projection | None, says: str) -> bool:
    """Whether it is; else a button ``says`` what to do, or a bar how far it is. Raises ThawError.

    ``projection``: None for what the nearest pictures of a new one need.
    """
    standing = atlas.look(state.workspace(), run, projection)
    if standing.is_there:
        return True
    if standing.under_way:
        st.fragment(_watch, run_every=1.0)(run.id, projection)
    else:
        _offer(run, projection, standing, says)
    return False


def _offer(run: Run, projection: Projection | None, standing: Standing, says: str) -> None:
    if standing.failure is not None:
        st.error(literal(standing.failure), icon=":material/info:")
    elif not atlas.is_quick(state.workspace(), run):
        st.caption("The network looks at every picture once; that takes a while and is kept.")
    st.button(
        says if standing.failure is None else "Try again",
        icon=":material/scatter_plot:",
        key=f"compare_{projection}",
        on_click=_start,
        args=(run.id, projection),
    )


@messages.told
def _start(run_id: str, projection: Projection | None) -> None:
    space = state.workspace()
    atlas.start(space, runs.load(space, run_id), projection, owner=state.owner())


def _watch(run_id: str, projection: Projection | None) -> None:
    # A fragment that looks again by itself is called by Streamlit, not by the page and its guard.
    with guarded():
        space = state.workspace()
        standing = atlas.look(space, runs.load(space, run_id), projection)
        if not standing.under_way:
            st.rerun()
        stage = standing.stage
        if stage is None:
            st.progress(0.0, "Waiting for a free worker …")
        else:
            share = stage.done / max(1, stage.total)
            counted = f": {stage.done:,} of {stage.total:,}" if stage.total > 1 else " …"
            st.progress(share, f"{_STAGES[stage.name]}{counted}")
