"""Runs whose record cannot be read: said, and to be deleted."""

import streamlit as st

from pages.ui import state
from pages.ui.messages import literal, told
from pages.ui.run_actions import DELETED
from tlcore import runs, trash
from tlcore.words import tr


def show() -> None:
    for one in runs.list_damaged(state.workspace()):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(literal(one.sentence), icon=":material/broken_image:")
            st.button(
                tr("Delete this run"),
                key=f"delete_damaged_{one.id}",
                icon=":material/delete:",
                help=tr("You can have it back, as it is."),
                on_click=_delete,
                args=(one.id,),
            )


@told
def _delete(id: str) -> None:
    trash.delete_damaged(state.workspace(), id)
    state.notes()[DELETED] = id
