"""Which version of the dataset this is, what was changed, and the ways to the ones before and after it."""

import streamlit as st

from pages.ui import state
from pages.ui.messages import literal, told
from tlcore import datasets
from tlcore.datasets import Dataset
from tlcore.words import tr

SHOWN_LATER = 3


def show_version(dataset: Dataset) -> None:
    cards = {card.id: card for card in datasets.list_cards(state.workspace())}
    later = [card for card in cards.values() if card.parent == dataset.id]
    if not dataset.parent and not later:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="version_line"):
        change = tr("as it came in") if dataset.version == 1 else dataset.change
        st.markdown(tr("**Version {version}**: {change}", version=dataset.version, change=literal(change)))
        parent = cards.get(dataset.parent)
        if parent is not None:
            back = tr("Back to version {version}", version=parent.version)
            _link(back, parent.id, ":material/undo:", parent.change)
        elif dataset.parent:
            st.caption(tr("The version before it is no longer here."))
        for card in later[:SHOWN_LATER]:
            on = tr("On to version {version}", version=card.version)
            _link(on, card.id, ":material/redo:", card.change)


def _link(title: str, id: str, icon: str, change: str) -> None:
    st.button(
        title,
        type="tertiary",
        icon=icon,
        key=f"version_{id}",
        on_click=_go,
        args=(id,),
        help=literal(change) or None,
    )


@told
def _go(id: str) -> None:
    state.select(dataset=id)
