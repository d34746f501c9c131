"""The ids in URL and session. Pages hold ids only; what they name lies in the workspace."""

import contextlib
from typing import Any

import streamlit as st

from tlcore import datasets, recipes, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import RecipeError, WorkspaceError
from tlcore.runs import Run
from tlcore.workspace import Workspace

# In the URL, on every page: a refresh, a second tab or a shared link opens the same thing.
IDS = ("dataset", "recipe", "run", "picture")


def workspace() -> Workspace:
    return Workspace.default()


def carry() -> None:
    """Put the ids back into the URL: Streamlit drops them when a person changes the page by the menu."""
    for id in IDS:
        if id in st.query_params:
            st.session_state[f"last_{id}"] = st.query_params[id]
        elif st.session_state.get(f"last_{id}"):
            st.query_params[id] = st.session_state[f"last_{id}"]
    chosen = selected("run")
    if chosen and not selected("dataset"):
        # A link to a run alone: it is about the run's pictures.
        with contextlib.suppress(WorkspaceError, RecipeError):
            select(dataset=runs.load(workspace(), chosen).dataset_id)


def selected(id: str) -> str | None:
    return st.query_params.get(id)


def select(**ids: str | None) -> None:
    """Choose things by id; None chooses nothing."""
    for id, value in ids.items():
        st.session_state[f"last_{id}"] = value
        if value is None:
            st.query_params.pop(id, None)
        else:
            st.query_params[id] = value


def dataset() -> Dataset | None:
    """The chosen dataset. Raises NotFound for a link to one that is not here."""
    id = selected("dataset")
    return datasets.load(workspace(), id) if id else None


def run() -> Run | None:
    """The chosen run. Raises NotFound for a link to one that is not here."""
    id = selected("run")
    return runs.load(workspace(), id) if id else None


def recipe() -> Recipe:
    """The recipe being designed; the default one until something is changed."""
    id = selected("recipe")
    if not id:
        return Recipe()
    try:
        return recipes.load(workspace(), id)
    except (RecipeError, WorkspaceError) as error:
        # A link must not be a dead end: it is said once, and the design starts anew.
        st.session_state["refused"] = str(error)
        select(recipe=None)
        return Recipe()


def select_recipe(changed: Recipe) -> None:
    select(recipe=recipes.save(workspace(), changed))


def widget(key: str, value: Any) -> str:
    """The key of a widget that shows ``value``: what is on disk rules, not what the widget last held."""
    st.session_state[f"widget_{key}"] = value
    return f"widget_{key}"


def widget_value(key: str) -> Any:
    """What a person just entered; for callbacks."""
    return st.session_state[f"widget_{key}"]
