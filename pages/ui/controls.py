"""A widget for one value of the recipe: it shows what is on disk and, when changed, writes a new recipe.

Labels and helps come as they are shown, options with their marked words.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from pages.ui import state
from pages.ui.messages import told
from tlcore import words
from tlcore.config import Recipe
from tlcore.words import tr

Also = Callable[[Any], Mapping[str, Any]]
"""From the value a person chose to what must change with it, by path."""

NUMBER_PX = 150
NOTHING = "nothing"


def at(recipe: Recipe, path: str) -> Any:
    """The value at a dotted path such as ``phases.0.epochs``."""
    value: Any = recipe
    for part in path.split("."):
        value = value[int(part)] if part.isdecimal() else getattr(value, part)
    return value


def number(
    recipe: Recipe,
    label: str,
    path: str,
    low: float,
    high: float,
    *,
    help: str,
    also: Also | None = None,
    **style: Any,
) -> None:
    """A number to type."""
    value = at(recipe, path)
    st.number_input(
        label,
        # A recipe written by hand may hold more than the page offers.
        min(low, value),
        max(high, value),
        # Emptied, it falls back to what is on disk, not to the smallest number.
        value=None,
        key=state.widget(path, value),
        on_change=_write,
        args=(path, also),
        help=help,
        **{"width": NUMBER_PX} | style,
    )


def steps(
    recipe: Recipe,
    label: str,
    path: str,
    values: Iterable[float],
    *,
    help: str,
    format: Callable[[Any], str] = lambda value: words.number(value, "g"),
    also: Also | None = None,
    **style: Any,
) -> None:
    """A slider over some values; one that a recipe holds besides them is a stop of its own."""
    value = at(recipe, path)
    st.select_slider(
        label,
        sorted({*values, value}),
        format_func=format,
        key=state.widget(path, value),
        on_change=_write,
        args=(path, also),
        help=help,
        **style,
    )


def choice(
    recipe: Recipe,
    label: str,
    path: str,
    options: Mapping[Any, str],
    *,
    help: str,
    format: Callable[[Any], str] = str,
    also: Also | None = None,
    **style: Any,
) -> None:
    """A list to choose from; a value that a recipe holds besides it is shown by ``format``.

    NOTHING stands for None in the recipe: to Streamlit, None is that no option is chosen.
    """
    value = at(recipe, path)
    value = NOTHING if value is None else value
    st.selectbox(
        label,
        [*options] if value in options else [*options, value],
        format_func=lambda option: tr(options.get(option, "")) or format(option),
        key=state.widget(path, value),
        on_change=_write,
        args=(path, also),
        help=help,
        **{"width": NUMBER_PX} | style,
    )


def segments(
    recipe: Recipe,
    label: str,
    path: str,
    options: Mapping[Any, str],
    *,
    help: str,
    also: Also | None = None,
    **style: Any,
) -> None:
    """A few choices, all in sight."""
    st.segmented_control(
        label,
        list(options),
        format_func=lambda option: tr(options[option]),
        required=True,
        key=state.widget(path, at(recipe, path)),
        on_change=_write,
        args=(path, also),
        help=help,
        **style,
    )


def switch(recipe: Recipe, label: str, path: str, *, on: str, off: str, help: str) -> None:
    """A toggle between two words of the recipe."""
    st.toggle(
        label,
        key=state.widget(path, at(recipe, path) == on),
        on_change=_switch,
        args=(path, on, off),
        help=help,
    )


@told
def write(changes: Mapping[str, Any]) -> None:
    """A callback: the recipe with these values by path."""
    state.select_recipe(state.recipe().with_changes(changes))


@told
def _write(path: str, also: Also | None) -> None:
    value = state.widget_value(path)
    if value is not None:
        changes = {path: None if value == NOTHING else value} | dict(also(value) if also else {})
        state.select_recipe(state.recipe().with_changes(changes))


@told
def _switch(path: str, on: str, off: str) -> None:
    state.select_recipe(state.recipe().changed(path, on if state.widget_value(path) else off))
