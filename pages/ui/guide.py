"""What a page needs before it can show anything, and the way there."""

from pathlib import Path
from typing import NoReturn

import streamlit as st

from pages.ui import state
from pages.ui.messages import literal, shown
from tlcore import jobs
from tlcore.datasets import Dataset
from tlcore.runs import Progress, Run
from tlcore.words import tr

# Absolute, so that a page is found whichever script Streamlit takes for the main one.
FOLDER = Path(__file__).resolve().parents[1]
SAMPLE = FOLDER.parent / "sample_data" / "clipart"


def dataset() -> Dataset:
    """The chosen dataset, or the way to one; of a link to one that is not here it is said."""
    found = None
    with shown():
        found = state.dataset()
    return found if found else bring_pictures()


def bring_pictures() -> NoReturn:
    """For a page that shows nothing without pictures."""
    _missing(
        tr("There are no pictures yet, or none are chosen at the side."),
        "build/data.py",
        tr("Bring pictures"),
    )


def finished_run() -> Run:
    """The chosen run, once it has a model; or the way to one."""
    run = None
    with shown():
        run = state.run()
    if run is None:
        _missing(
            tr("No run is chosen. Train one, or choose one at the side."),
            "build/train.py",
            tr("Train a model"),
        )
    if not run.has_model:
        progress = jobs.progress(state.workspace(), run)
        _missing(
            tr(
                # Translators: {status} is a word as it stands in the table of runs: stopped, training, …
                "{run} is {status} and has no model. {why}",
                run=literal(run.name),
                status=tr(progress.status.value),
                why=literal(progress.message),
            ),
            "build/train.py",
            tr("Look at the training"),
        )
    return run


def headline(run: Run, progress: Progress | None = None) -> None:
    """Which run a page is about."""
    status = [tr(progress.status.value)] if progress else []
    st.caption(literal(" · ".join([run.name, run.dataset_name, run.recipe.summary(), *status])))


def onward(title: str, page: str) -> None:
    """The button to what comes next."""
    if st.button(title, type="primary", icon=":material/arrow_forward:"):
        go(page)


def go(page: str) -> None:
    """Turn to another page, with all that is chosen."""
    # Without the ids Streamlit would empty the URL, and refuses to where a widget keeps its value there.
    st.switch_page(FOLDER / page, query_params=state.chosen())


def link(title: str, page: str, icon: str, **ids: str) -> None:
    """A link to another page, with all that is chosen; ``ids`` are chosen by following it."""
    st.page_link(FOLDER / page, label=title, icon=icon, query_params=ids or None)


def _missing(sentence: str, page: str, title: str) -> NoReturn:
    st.info(sentence, icon=":material/arrow_forward:")
    onward(title, page)
    st.stop()
