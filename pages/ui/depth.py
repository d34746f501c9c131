"""How much the Model page shows: four questions, or every control. What was used last is used again."""

from enum import StrEnum

import streamlit as st

from pages.ui import state
from pages.ui.messages import told
from tlcore import preferences, runs
from tlcore.words import mark, tr


class Depth(StrEnum):
    GUIDED = "guided"
    FULL = "full"


TITLES = {Depth.GUIDED: mark("Guided"), Depth.FULL: mark("Full control")}


def choose() -> Depth:
    shown = current()
    st.segmented_control(
        tr("How much to decide"),
        list(Depth),
        format_func=lambda depth: tr(TITLES[depth]),
        required=True,
        key=state.widget("depth", shown),
        on_change=_changed,
        label_visibility="collapsed",
        help=tr(
            "Four questions that choose for you, or every control. Going from one to the other "
            "changes nothing of what is chosen."
        ),
    )
    return shown


def current() -> Depth:
    """What the person used last; before that, by whether anything was trained here."""
    kept = preferences.load(state.workspace(), state.owner()).get("depth")
    if kept in list(Depth):
        return Depth(kept)
    # Who has trained before knows the controls.
    return Depth.FULL if runs.list_all(state.workspace()) else Depth.GUIDED


@told
def _changed() -> None:
    preferences.keep(state.workspace(), state.owner(), depth=state.widget_value("depth"))
