"""What a run shows, in a few sentences, each with the change that is worth a try."""

import streamlit as st

from pages.ui import concept, guide, run_actions, state
from pages.ui.messages import literal, shown, told
from tlcore import jobs, lessons, reading, recipe_difference, recipes, runs
from tlcore.config import Recipe
from tlcore.reading import Change, Finding
from tlcore.runs import Run
from tlcore.words import tr, trn

_MOST_DIFFERENCES = 3


def show(run: Run) -> None:
    """Nothing for a run without a model."""
    with shown():
        found = reading.of(state.workspace(), run)
        if not found:
            return
        with st.container(border=True):
            st.header(tr("What this run shows"), anchor=False)
            for one in found:
                _show_finding(run, one)


def show_difference(run: Run, recipe: Recipe) -> None:
    """How the recipe that is designed differs from that of the run which is looked at."""
    rows = recipe_difference.of_recipes([_trained(run), recipe])
    if not rows:
        return
    if len(rows) > _MOST_DIFFERENCES:
        told = trn("{n:,} choice", "{n:,} choices", len(rows))
    else:
        told = "; ".join(f"**{literal(row.what)}** {literal(' → '.join(row.values))}" for row in rows)
    unlike = tr("Unlike {run}: {differences}", run=literal(run.name), differences=told)
    st.caption(f":material/compare_arrows: {unlike}")


def _show_finding(run: Run, one: Finding) -> None:
    icon = "lightbulb" if one.change else "info"
    st.markdown(f":material/{icon}: {literal(one.sentence)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        if one.change is not None:
            _offer(run, one.name, one.change)
        concept.link(one.concept, tr(lessons.get(one.concept).title))


def _offer(run: Run, name: str, change: Change) -> None:
    label = tr("Try it: {change}", change=literal(change.title))
    with st.popover(label, icon=":material/science:", key=f"try_{name}_{run.id}"):
        for row in recipe_difference.of_recipes([_trained(run), change.recipe]):
            st.markdown(f"**{literal(row.what)}:** {literal(' → '.join(row.values))}")
        if change.more_epochs:
            st.button(
                tr("Train this run on"),
                key=f"extend_{name}_{run.id}",
                icon=":material/resume:",
                on_click=_extend,
                args=(run, change.more_epochs),
                help=trn(
                    "{n} epoch more, from where it ended.",
                    "{n} epochs more, from where it ended.",
                    change.more_epochs,
                ),
            )
        if st.button(
            tr("As a new run"),
            key=f"take_{name}_{run.id}",
            type="primary",
            icon=":material/arrow_forward:",
            help=tr("The recipe with this change, on the Train page. It trains when you start it there."),
        ):
            _take_over(run, change.recipe)


def _take_over(run: Run, recipe: Recipe) -> None:
    ids = {"recipe": recipes.save(state.workspace(), recipe)}
    if run_actions.pictures_are_here(run):
        ids["dataset"] = run.dataset_id
    state.select(**ids)
    guide.go("build/train.py")


@told
def _extend(run: Run, epochs: int) -> None:
    jobs.extend(state.workspace(), run, epochs, owner=state.owner())


def _trained(run: Run) -> Recipe:
    return runs.extended(run.recipe, run.events())
