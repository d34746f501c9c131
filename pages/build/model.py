"""Choose the backbone, what of it stays frozen, and the head on top."""

import streamlit as st

from pages.ui import guide, messages, state
from pages.ui.designer import design_head
from pages.ui.freezing import choose_freeze
from pages.ui.network_options import set_options
from pages.ui.network_table import compare_networks
from pages.ui.networks import choose_network
from pages.ui.objective import fitting, set_objective, warn_of_labels
from pages.ui.own_model import bring_model
from pages.ui.phases import buttons
from pages.ui.program import show_program
from pages.ui.warn import warn
from tlcore import plans

st.title("Model")
dataset = state.dataset()
recipe = state.recipe()
space = state.workspace()

if dataset is None:
    st.info("No pictures are chosen yet; the counts below are for two classes.", icon=":material/info:")

with st.container(border=True):
    st.subheader("Backbone", anchor=False)
    entry = choose_network(recipe)
    usable = entry is not None and set_options(recipe, entry)
    compare_networks(recipe)
    bring_model()

plan = None
if usable:
    warn_of_labels(recipe, dataset)
    with messages.shown():
        fit = fitting(recipe, dataset)
        plan = plans.for_dataset(fit, dataset, space) if dataset else plans.make(fit, 2, workspace=space)
    if plan is None:
        # A freeze choice that this network does not have: a ready-made schedule has one that fits.
        buttons(recipe)

if plan is not None:
    with st.container(border=True):
        st.subheader("Frozen and trained", anchor=False)
        choose_freeze(recipe, plan, dataset)
        warn(plan, dataset)

    with st.container(border=True):
        st.subheader("Head", anchor=False)
        design_head(recipe, plan)

    with st.container(border=True):
        st.subheader("Output", anchor=False)
        set_objective(recipe, plan)

    show_program(plan, dataset.classes if dataset else ("first", "second"))

if usable:
    guide.onward("Next: train it", "build/train.py")
