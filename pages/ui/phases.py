"""The phases of a training: which one is looked at, adding and removing them, ready-made schedules."""

from typing import Any

import streamlit as st

from pages.ui import state
from pages.ui.messages import keep_view, told
from pages.ui.network_options import fitting_freeze
from pages.ui.session import entered
from tlcore import backbones, cuts, presets, thawing
from tlcore.backbones import LayerInfo
from tlcore.config import Recipe
from tlcore.words import tr

MOST_PHASES = 8
SHOWN = "phase_shown"


def shown_phase(recipe: Recipe) -> int:
    """The phase whose choices are on the page, by number from 0."""
    count = len(recipe.phases)
    if st.session_state.get(SHOWN, 0) >= count:
        st.session_state[SHOWN] = 0
    if count == 1:
        return 0
    st.segmented_control(
        tr("Phase"),
        range(count),
        format_func=lambda i: tr("Phase {number}", number=i + 1),
        default=0 if SHOWN not in st.session_state else None,
        required=True,
        key=SHOWN,
        persist_state="session",
        on_change=keep_view,
        label_visibility="collapsed",
        help=tr("Phases follow each other; each has its own freeze choice and learning rate."),
    )
    return int(st.session_state[SHOWN])


def buttons(recipe: Recipe, removable: int | None = None) -> None:
    """Add a phase, remove one, or take a ready-made schedule."""
    with st.container(horizontal=True):
        st.button(
            tr("Add phase"),
            icon=":material/add:",
            on_click=_add,
            disabled=len(recipe.phases) >= MOST_PHASES,
            help=tr(
                "Another stretch of training after the last one. It starts as fine-tuning: one block "
                "more is trained, in small steps."
            ),
        )
        if removable is not None and len(recipe.phases) > 1:
            remove_button(removable)
        st.menu_button(
            tr("Ready-made"),
            list(presets.PHASES),
            format_func=lambda key: tr(presets.PHASES[key][0]),
            icon=":material/auto_awesome:",
            key="phases_preset",
            on_click=_take_preset,
            help=tr("Whole schedules to start from. They take the place of all phases."),
        )


def remove_button(number: int) -> None:
    st.button(
        tr("Remove phase"),
        icon=":material/delete:",
        key=f"remove_phase_{number}",
        type="tertiary",
        on_click=_remove,
        args=(number,),
        help=tr("Remove phase {number}", number=number + 1),
    )


@told
def _add() -> None:
    recipe = state.recipe()
    phases = [*_data(recipe), thawing.following(recipe.phases[-1], _layers(recipe)).model_dump(mode="json")]
    state.select_recipe(recipe.changed("phases", phases))
    state.want(SHOWN, len(phases) - 1)


@told
def _remove(number: int) -> None:
    recipe = state.recipe()
    phases = _data(recipe)
    if len(phases) > 1 and number < len(phases):
        del phases[number]
        state.select_recipe(recipe.changed("phases", phases))
        state.want(SHOWN, max(0, number - 1))


@told
def _take_preset() -> None:
    recipe = state.recipe()
    layers = _layers(recipe)
    _, phases = presets.PHASES[entered("phases_preset")]
    fitting = [
        phase.model_dump(mode="json") | {"freeze": fitting_freeze(phase.freeze, layers)} for phase in phases
    ]
    state.select_recipe(recipe.changed("phases", fitting))
    state.want(SHOWN, 0)


def _layers(recipe: Recipe) -> tuple[LayerInfo, ...]:
    entry = backbones.get(recipe.backbone.name, state.workspace())
    return cuts.truncated(entry.layers(recipe.backbone.image_size), recipe.backbone.cut_at)


def _data(recipe: Recipe) -> list[dict[str, Any]]:
    phases: list[dict[str, Any]] = recipe.to_json()["phases"]
    return phases
