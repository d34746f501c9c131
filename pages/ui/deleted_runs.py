"""Runs that were deleted, to be had back."""

from datetime import datetime

import streamlit as st

from pages.ui import state
from pages.ui.messages import keep_view, literal, told
from pages.ui.run_actions import DELETED
from tlcore import trash
from tlcore.numbers import bytes_words
from tlcore.words import tr

SHOWN = 30


def offer_undo() -> None:
    """Above the list, for the run that was just deleted."""
    id = state.notes().get(DELETED)
    if id is None:
        return
    run = next((one for one in trash.list_all(state.workspace()) if one.id == id), None)
    if run is None:
        del state.notes()[DELETED]
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(tr("{name} was deleted.", name=literal(run.name)), icon=":material/delete:")
        st.button(tr("Undo"), icon=":material/undo:", on_click=_undelete, args=(id,))


def show() -> None:
    """An expander with all of them."""
    panel = st.expander(tr("Deleted runs"), icon=":material/delete:", key="deleted_runs", on_change=keep_view)
    if not panel.open:
        return
    with panel:
        found = trash.list_all(state.workspace())
        if not found:
            st.caption(tr("There are none."))
            return
        st.caption(tr("They are kept for {days} days.", days=trash.KEPT_DAYS))
        for one in found[:SHOWN]:
            day = datetime.fromtimestamp(one.deleted_s).date().isoformat()
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{literal(one.name)} · {day} · {bytes_words(one.size_bytes)}")
                st.button(tr("Take back"), key=f"undelete_{one.id}", on_click=_undelete, args=(one.id,))
        if len(found) > SHOWN:
            st.caption(tr("{shown} of {runs}", shown=SHOWN, runs=len(found)))
        with st.popover(tr("Empty for good"), icon=":material/delete_forever:"):
            st.markdown(tr("Nobody can have these runs back afterwards."))
            st.button(tr("Empty it"), type="primary", on_click=_empty)


@told
def _undelete(id: str) -> None:
    run = trash.undelete(state.workspace(), id)
    state.notes().pop(DELETED, None)
    if run is not None:
        state.select(run=run.id)


@told
def _empty() -> None:
    trash.empty(state.workspace())
