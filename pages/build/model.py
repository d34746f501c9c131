"""Choose the backbone, what of it stays frozen, and the head on top."""

import streamlit as st

from pages.ui import guide, messages, state
from pages.ui.designer import choose_backbone, choose_freeze, design_head
from pages.ui.numbers import bytes_words, count_words
from tlcore import plans, plots

st.title("Model")
dataset = state.dataset()
recipe = state.recipe()

if dataset is None:
    st.info("No pictures are chosen yet; the counts below are for two classes.", icon=":material/info:")

with st.container(border=True):
    st.subheader("Backbone", anchor=False)
    choose_backbone(recipe)

plan = None
with messages.shown():
    plan = plans.for_dataset(recipe, dataset) if dataset else plans.make(recipe, classes=2)

if plan is not None:
    phase = plan.phases[0]
    with st.container(border=True):
        st.subheader("Frozen and trained", anchor=False)
        choose_freeze(recipe, plan)
        st.plotly_chart(
            plots.layer_strip(plan),
            config={"displayModeBar": False},
            key="strip",
            alt=f"The layers as a strip: {phase.frozen_layers} frozen, {phase.trained_layers} trained, "
            f"then {len(plan.head)} layers of the head",
        )
        with st.container(horizontal=True):
            st.metric(
                "Parameters", count_words(plan.total_params), border=True, help=f"{plan.total_params:,}"
            )
            st.metric(
                "Trained",
                count_words(phase.trainable_params),
                border=True,
                help=f"{phase.trainable_params:,}",
            )
            st.metric("Frozen", count_words(plan.total_params - phase.trainable_params), border=True)
            pictures = len(dataset.items) * recipe.augmentation.distinct_views if dataset else 1
            st.metric(
                "Kept on disk",
                bytes_words(phase.bytes_per_image * pictures),
                border=True,
                help="The output of the frozen layers for your pictures. It is computed once, then reused by "
                "every experiment that freezes the same layers.",
            )
        where = (
            f"What comes out of `{phase.cut_point}` is computed once and kept."
            if phase.cut_point
            else "Only the pixels are kept: every epoch runs all layers."
        )
        st.caption(f"{phase.trainable_params:,} of {plan.total_params:,} parameters are trained. {where}")

    with st.container(border=True):
        st.subheader("Head", anchor=False)
        design_head(recipe, plan)

guide.onward("Next: train it", "build/train.py")
