"""Which runs are compared: their ids are in the URL, in the order of their letters."""

from collections.abc import Iterable, Sequence

import streamlit as st

from pages.ui import sidebar, state
from pages.ui.messages import literal, one_line, told
from tlcore import comparing
from tlcore.comparison_plots import STYLES
from tlcore.overview import Line
from tlcore.runs import Run
from tlcore.words import tr

_BETWEEN = "."


def choose(lines: Sequence[Line]) -> list[Run]:
    """The runs that the URL names, else the newest two of one dataset; and a box to choose others."""
    finished = [line.run for line in lines if line.run.has_model]
    chosen = _named() or comparing.newest_pair(finished, state.selected("dataset"))
    # In the box every run has a line, and those of a link are among them.
    known = {run.id: run for run in [*finished, *chosen]}
    shown = sidebar.distinct(
        {id: (f"{run.name} · {run.dataset_name}", run.created[:16]) for id, run in known.items()}
    )
    st.multiselect(
        tr("Runs"),
        list(shown),
        format_func=shown.__getitem__,
        key=state.widget("compared", [run.id for run in chosen]),
        max_selections=comparing.MOST_RUNS,
        placeholder=tr("Choose two or more"),
        on_change=_changed,
    )
    return chosen


def select(ids: Iterable[str]) -> None:
    """Choose these runs to be compared; none gives the page its own choice."""
    state.select(compared=_BETWEEN.join(ids) or None)


def selected() -> list[str]:
    """The ids that are chosen, of runs that may be gone."""
    return [id for id in (state.selected("compared") or "").split(_BETWEEN) if id]


def marked() -> list[str]:
    """The run that is chosen, and with it the others if it is one of those to be compared."""
    run, ids = state.selected("run"), selected()
    return ids if run in ids else [run] if run else []


def mark(ids: Sequence[str]) -> None:
    """Choose several runs at once; the pages about one are about the one that was marked last."""
    before, run = marked(), state.selected("run")
    new = [id for id in ids if id not in before]
    kept = [id for id in before if id in ids]
    found = [*kept, *new]
    state.select(run=run if run in found and not new else found[-1] if found else None)
    select(found if len(found) >= comparing.FEWEST_RUNS else ())


def names(runs: Sequence[Run]) -> list[str]:
    """A · my run, for the options of a box and the columns of a table, which show text as it is."""
    return [one_line(f"{style.letter} · {run.name}") for style, run in zip(STYLES, runs, strict=False)]


def literal_names(runs: Sequence[Run]) -> list[str]:
    """The same for sentences, where Streamlit would read Markdown."""
    return [f"**{style.letter}** ({literal(run.name)})" for style, run in zip(STYLES, runs, strict=False)]


def _named() -> list[Run]:
    found, refused = comparing.chosen_of(state.workspace(), selected())
    for sentence in refused:
        st.warning(literal(sentence), icon=":material/info:")
    if len(found) > comparing.MOST_RUNS:
        st.warning(
            tr(
                "{most} runs can be compared at once; these are the first ones.",
                most=comparing.MOST_RUNS,
            ),
            icon=":material/info:",
        )
    return found[: comparing.MOST_RUNS]


@told
def _changed() -> None:
    select(state.widget_value("compared"))
