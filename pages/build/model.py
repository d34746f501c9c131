"""Choose the backbone, what of it stays frozen, and the head: by four questions, or control by control."""

import streamlit as st

from pages.ui import concept, depth, guide, guided, messages, state
from pages.ui.designer import design_head
from pages.ui.freezing import choose_freeze
from pages.ui.network_options import set_options
from pages.ui.network_table import compare_networks
from pages.ui.networks import choose_network, found, warn_of_missing_weights
from pages.ui.objective import fitting, set_objective, warn_of_labels
from pages.ui.own_model import bring_model
from pages.ui.phases import buttons
from pages.ui.picture_fit import choose_fit
from pages.ui.program import show_program
from pages.ui.warn import warn
from tlcore import plans
from tlcore.backbones import AnyBackbone
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.plans import Plan
from tlcore.words import tr


def plan_of(recipe: Recipe, dataset: Dataset | None) -> Plan | None:
    warn_of_labels(recipe, dataset)
    space = state.workspace()
    with messages.shown():
        fit = fitting(recipe, dataset)
        return plans.for_dataset(fit, dataset, space) if dataset else plans.make(fit, 2, workspace=space)
    # A freeze choice that this network does not have: a ready-made schedule has one that fits.
    buttons(recipe)
    return None


def ask_and_choose(recipe: Recipe, dataset: Dataset | None) -> bool:
    """The questions and what they choose; whether it can be trained."""
    concept.what_is("backbone", "feature", "freezing", "head")
    guided.ask(recipe)
    if found(recipe) is None:
        return False
    warn_of_missing_weights(recipe)
    plan = plan_of(recipe, dataset)
    if plan is not None:
        guided.show(plan, dataset)
    return True


def set_everything(recipe: Recipe, dataset: Dataset | None) -> bool:
    """Every control; whether it can be trained."""
    with st.container(border=True):
        st.header(tr("Backbone"), anchor=False)
        concept.what_is("backbone", "feature")
        entry = _set_network(recipe, dataset)
        compare_networks(recipe)
        bring_model()
    if entry is None:
        return False
    plan = plan_of(recipe, dataset)
    if plan is not None:
        _set_layers(recipe, plan, dataset)
    return True


def _set_network(recipe: Recipe, dataset: Dataset | None) -> AnyBackbone | None:
    entry = choose_network(recipe)
    if entry is None or not set_options(recipe, entry):
        return None
    choose_fit(recipe, dataset)
    return entry


def _set_layers(recipe: Recipe, plan: Plan, dataset: Dataset | None) -> None:
    with st.container(border=True):
        st.header(tr("Frozen and trained"), anchor=False)
        concept.what_is("freezing")
        choose_freeze(recipe, plan, dataset)
        warn(plan, dataset)

    with st.container(border=True):
        st.header(tr("Head"), anchor=False)
        concept.what_is("head")
        design_head(recipe, plan)

    with st.container(border=True):
        st.header(tr("Output"), anchor=False)
        set_objective(recipe, plan)

    show_program(plan, dataset.classes if dataset else ("first", "second"))


st.title(tr("Model"))
dataset = None
with messages.shown():
    dataset = state.dataset()
recipe = state.recipe()
deep = depth.choose()

if dataset is None:
    st.info(tr("No pictures are chosen yet; the counts below are for two classes."), icon=":material/info:")
    guide.link(tr("Bring pictures"), "build/data.py", ":material/photo_library:")

usable = ask_and_choose(recipe, dataset) if deep is depth.Depth.GUIDED else set_everything(recipe, dataset)
if usable:
    guide.onward(tr("Next: train it"), "build/train.py")
