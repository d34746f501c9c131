"""What of the network stays as it is in a phase, and what is trained: the slider, the strip, the counts."""

import streamlit as st

from pages.ui import controls, phases, state
from pages.ui.messages import keep_view, literal, told
from pages.ui.numbers import count_words, price_words
from tlcore import cuts, plots, prices
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.numbers import bytes_words
from tlcore.plans import PhasePlan, Plan

SINGLE = "single_layers"
HELP = (
    "Frozen layers keep what they learned on ImageNet; their output is computed once. The layers after them, "
    "in ember, are trained on your pictures. With few pictures, freeze all."
)


def choose_freeze(recipe: Recipe, plan: Plan, dataset: Dataset | None) -> None:
    number = phases.shown_phase(recipe)
    phase = plan.phases[number]
    _slider(number, phase, plan)
    show_strip(plan, number)
    _counts(plan, number, dataset)
    _statistics(recipe, plan, number)
    _table(plan, phase)
    phases.buttons(recipe, removable=number)


def _slider(number: int, phase: PhasePlan, plan: Plan) -> None:
    single = bool(st.session_state.get(SINGLE))
    key = state.widget("freeze", phase.frozen_layers)
    count = len(plan.layers)
    style = {"key": key, "on_change": _freeze_changed, "args": (number, count), "help": HELP}
    if single:
        st.slider("Frozen layers", 0, count, **style)
    else:
        # What was chosen layer by layer is a stop too.
        stops = sorted({*cuts.block_ends(plan.layers), phase.frozen_layers})
        st.select_slider("Frozen layers", stops, format_func=lambda n: _stop(plan, n), **style)
    st.toggle(
        "Single layers",
        key=SINGLE,
        persist_state="session",
        on_change=keep_view,
        help="The slider stops at every layer instead of at the ends of blocks. A block is a group of layers "
        "that work together; to freeze half of one is rarely of use.",
    )


def _stop(plan: Plan, frozen: int) -> str:
    if frozen == 0:
        return "none"
    # A slider reads Markdown in its labels, and the layers of an own model are named by whoever made it.
    return "all" if frozen == len(plan.layers) else f"{frozen} · to {literal(plan.layers[frozen - 1].name)}"


@told
def _freeze_changed(number: int, count: int) -> None:
    frozen = state.widget_value("freeze")
    choice = {0: "none", count: "all"}.get(frozen, frozen)
    state.select_recipe(state.recipe().changed(f"phases.{number}.freeze", choice))


def show_strip(plan: Plan, number: int) -> None:
    phase = plan.phases[number]
    st.plotly_chart(
        plots.layer_strip(plan, number),
        config={"displayModeBar": False},
        key="strip",
        alt=f"The layers as a strip: {phase.frozen_layers} frozen, {phase.trained_layers} trained, "
        f"then {len(plan.head)} layers of the head",
    )


def _counts(plan: Plan, number: int, dataset: Dataset | None) -> None:
    phase = plan.phases[number]
    with st.container(horizontal=True):
        st.metric(
            "Trained",
            count_words(phase.trainable_params),
            border=True,
            help=f"{phase.trainable_params:,} of {plan.total_params:,} parameters learn from your pictures.",
        )
        if dataset is None:
            st.metric("Kept on disk", f"{bytes_words(phase.bytes_per_image)} a picture", border=True)
        else:
            _price(plan, number, dataset)
    where = (
        f"What comes out of {literal(phase.cut_point)} is computed once and kept."
        if phase.cut_point
        else "Only the pixels are kept: every epoch runs all layers."
    )
    rounded = " It is kept in half precision, or it would not fit." if phase.dtype == "float16" else ""
    st.caption(
        f"{phase.trainable_params:,} of {plan.total_params:,} parameters are trained. {where}{rounded}"
    )


def _price(plan: Plan, number: int, dataset: Dataset) -> None:
    """What the place of the slider costs, before anything runs."""
    workspace = state.workspace()
    each = prices.of_plan(workspace, plan, dataset)
    price = each[number]
    st.metric(
        "Kept on disk",
        bytes_words(price.cache_bytes),
        border=True,
        help="The output of the frozen layers for your pictures. It is computed once, then reused by every "
        "experiment that freezes the same layers.",
    )
    st.metric(
        "Features",
        "ready" if price.features_are_there else price_words(price.features_s),
        border=True,
        help="Running the frozen layers once over all pictures. What an earlier experiment has computed is "
        "not computed again.",
    )
    st.metric(
        "An epoch",
        price_words(price.epoch_s),
        border=True,
        help="Going once through the pictures with the layers that are trained.",
    )
    st.metric(
        "In all" if len(each) == 1 else "In all, every phase",
        price_words(prices.total_s(workspace, plan, each)),
        border=True,
        help="From the click to the finished model, if nothing else is being trained. Estimated from what "
        "this machine has shown so far; every run makes it better.",
    )


def _statistics(recipe: Recipe, plan: Plan, number: int) -> None:
    trained = plan.layers[plan.phases[number].frozen_layers :]
    if not any(layer.type == "BatchNormalization" for layer in trained):
        return
    controls.segments(
        recipe,
        "BatchNormalization statistics",
        f"phases.{number}.batch_normalization",
        {"frozen": "Keep", "trained": "Follow the batches"},
        help="These layers know the mean and variance of what they saw on ImageNet. Keep them, unless your "
        "pictures are very unlike photos and your batches are large: the means of small batches are "
        "mostly chance.",
    )


def _table(plan: Plan, phase: PhasePlan) -> None:
    panel = st.expander("All layers", icon=":material/table_rows:", key="layer_table", on_change=keep_view)
    if not panel.open:
        return
    rows = [
        {
            "Layer": i,
            "Name": layer.name,
            "Type": layer.type,
            "Output": "×".join(map(str, layer.output_shape)),
            "Parameters": layer.params,
            "In this phase": "frozen" if i <= phase.frozen_layers else "trained",
            "Can be cut": layer.is_cut,
        }
        for i, layer in enumerate(plan.layers, start=1)
    ]
    rows += [
        {
            "Layer": i,
            "Name": row.name,
            "Type": row.type,
            "Output": "×".join(map(str, row.output_shape)),
            "Parameters": row.params,
            "In this phase": "trained, head",
            "Can be cut": False,
        }
        for i, row in enumerate(plan.head, start=len(plan.layers) + 1)
    ]
    with panel:
        st.dataframe(
            rows,
            hide_index=True,
            height=360,
            column_config={
                "Parameters": st.column_config.NumberColumn(format="localized"),
                "Can be cut": st.column_config.CheckboxColumn(
                    help="Whether the network can end here, and what comes out be kept."
                ),
            },
            alt="All layers with type, output shape and parameters, frozen or trained",
        )
