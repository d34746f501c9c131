"""The ids in URL and session. Pages hold ids only; what they name lies in the workspace."""

import contextlib
from typing import Any

import streamlit as st

from pages.ui import person, session
from tlcore import datasets, recipes, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import RecipeError, WorkspaceError
from tlcore.runs import Run
from tlcore.workspace import Workspace

# In the URL, on every page: a refresh, a second tab or a shared link opens the same thing.
IDS = ("dataset", "recipe", "run", "batch", "picture", "judged", "intake", "point", "compared")


def workspace() -> Workspace:
    return Workspace.default()


def carry() -> None:
    """Before a page is drawn: what the URL names is chosen, and what is chosen is in the URL.

    After a callback what it chose rules: the click may have come with an older URL. Otherwise the URL does:
    somebody followed a link or went a step back. Streamlit drops the ids when a page is chosen from the menu;
    they are put back.
    """
    here = session.current()
    here.person = person.name()
    for id in IDS:
        if id in st.query_params and not here.ahead:
            here.ids[id] = st.query_params[id]
        _put(id, here.ids.get(id))
    here.ahead = False
    session.set_widgets()
    chosen = selected("run")
    if chosen and not selected("dataset"):
        # A link to a run alone: it is about the run's pictures.
        with contextlib.suppress(WorkspaceError, RecipeError):
            select(dataset=runs.load(workspace(), chosen).dataset_id)


def selected(id: str) -> str | None:
    return session.current().ids.get(id)


def chosen() -> dict[str, str]:
    """All that is chosen, by its name in the URL."""
    return {id: value for id in IDS if (value := selected(id)) is not None}


def select(**ids: str | None) -> None:
    """Choose things by id; None chooses nothing."""
    here = session.current()
    here.ids.update(ids)
    if session.in_callback():
        return
    for id, value in ids.items():
        _put(id, value)


def _put(id: str, value: str | None) -> None:
    if value is None:
        st.query_params.pop(id, None)
    elif st.query_params.get(id) != value:
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
        notes()["refused"] = str(error)
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
    return session.entered(f"widget_{key}")


def owner() -> str:
    """Whose jobs those are that are started here."""
    return session.current().person


def notes() -> dict[str, Any]:
    """What this tab remembers of small things."""
    return session.current().notes


def want(key: str, value: Any) -> None:
    """Give the widget of this key a value, in the page that is drawn next; for callbacks."""
    session.current().wanted[key] = value
