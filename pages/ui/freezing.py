"""What of the network stays as it is in a phase, and what is trained: the slider, the strip, the counts."""

import streamlit as st

from pages.ui import controls, phases, state
from pages.ui.messages import keep_view, literal, told
from pages.ui.numbers import count_words, price_words
from tlcore import cuts, prices, strip
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.numbers import bytes_words
from tlcore.plans import PhasePlan, Plan
from tlcore.words import mark, tr

SINGLE = "single_layers"
HELP = mark(
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
    style = {"key": key, "on_change": _freeze_changed, "args": (number, count), "help": tr(HELP)}
    if single:
        st.slider(tr("Frozen layers"), 0, count, **style)
    else:
        # What was chosen layer by layer is a stop too.
        stops = sorted({*cuts.block_ends(plan.layers), phase.frozen_layers})
        st.select_slider(tr("Frozen layers"), stops, format_func=lambda n: _stop(plan, n), **style)
    st.toggle(
        tr("Single layers"),
        key=SINGLE,
        persist_state="session",
        on_change=keep_view,
        help=tr(
            "The slider stops at every layer instead of at the ends of blocks. A block is a group of "
            "layers that work together; to freeze half of one is rarely of use."
        ),
    )


def _stop(plan: Plan, frozen: int) -> str:
    if frozen == 0:
        # Translators: a stop of the slider of frozen layers: none of them.
        return tr("none")
    if frozen == len(plan.layers):
        # Translators: a stop of the slider of frozen layers: all of them.
        return tr("all")
    # A slider reads Markdown in its labels, and the layers of an own model are named by whoever made it.
    name = literal(plan.layers[frozen - 1].name)
    # Translators: so many layers are frozen, up to the one of this name.
    return tr("{frozen} · to {name}", frozen=frozen, name=name)


@told
def _freeze_changed(number: int, count: int) -> None:
    frozen = state.widget_value("freeze")
    choice = {0: "none", count: "all"}.get(frozen, frozen)
    state.select_recipe(state.recipe().changed(f"phases.{number}.freeze", choice))


def show_strip(plan: Plan, number: int) -> None:
    phase = plan.phases[number]
    st.plotly_chart(
        strip.figure(plan, number),
        config={"displayModeBar": False},
        key="strip",
        alt=tr(
            "The layers as a strip: {frozen} frozen, {trained} trained, then {head} layers of the head",
            frozen=phase.frozen_layers,
            trained=phase.trained_layers,
            head=len(plan.head),
        ),
    )


def _counts(plan: Plan, number: int, dataset: Dataset | None) -> None:
    phase = plan.phases[number]
    with st.container(horizontal=True):
        st.metric(
            # Translators: a title: how many parameters are trained.
            tr("Trained"),
            count_words(phase.trainable_params),
            border=True,
            help=tr(
                "{trained:,} of {total:,} parameters learn from your pictures.",
                trained=phase.trainable_params,
                total=plan.total_params,
            ),
        )
        if dataset is None:
            each = tr("{bytes} a picture", bytes=bytes_words(phase.bytes_per_image))
            st.metric(tr("Kept on disk"), each, border=True)
        else:
            _price(plan, number, dataset)
    st.caption(" ".join(_sentences(plan, phase)))


def _sentences(plan: Plan, phase: PhasePlan) -> list[str]:
    said = [
        tr(
            "{trained:,} of {total:,} parameters are trained.",
            trained=phase.trainable_params,
            total=plan.total_params,
        ),
        tr("What comes out of {layer} is computed once and kept.", layer=literal(phase.cut_point))
        if phase.cut_point
        else tr("Only the pixels are kept: every epoch runs all layers."),
    ]
    if phase.dtype == "float16":
        said.append(tr("It is kept in half precision, or it would not fit."))
    return said


def _price(plan: Plan, number: int, dataset: Dataset) -> None:
    """What the place of the slider costs, before anything runs."""
    workspace = state.workspace()
    each = prices.of_plan(workspace, plan, dataset)
    price = each[number]
    st.metric(
        tr("Kept on disk"),
        bytes_words(price.cache_bytes),
        border=True,
        help=tr(
            "The output of the frozen layers for your pictures. It is computed once, then reused by "
            "every experiment that freezes the same layers."
        ),
    )
    st.metric(
        tr("Features"),
        # Translators: the features are there already.
        tr("ready") if price.features_are_there else price_words(price.features_s),
        border=True,
        help=tr(
            "Running the frozen layers once over all pictures. What an earlier experiment has "
            "computed is not computed again."
        ),
    )
    st.metric(
        tr("An epoch"),
        price_words(price.epoch_s),
        border=True,
        help=tr("Going once through the pictures with the layers that are trained."),
    )
    st.metric(
        tr("In all") if len(each) == 1 else tr("In all, every phase"),
        price_words(prices.total_s(workspace, plan, each)),
        border=True,
        help=tr(
            "From the click to the finished model, if nothing else is being trained. Estimated from "
            "what this machine has shown so far; every run makes it better."
        ),
    )


def _statistics(recipe: Recipe, plan: Plan, number: int) -> None:
    trained = plan.layers[plan.phases[number].frozen_layers :]
    if not any(layer.type == "BatchNormalization" for layer in trained):
        return
    controls.segments(
        recipe,
        tr("BatchNormalization statistics"),
        f"phases.{number}.batch_normalization",
        # Translators: the statistics of BatchNormalization stay as they are, or follow the batches.
        {"frozen": mark("Keep"), "trained": mark("Follow the batches")},
        help=tr(
            "These layers know the mean and variance of what they saw on ImageNet. Keep them, unless "
            "your pictures are very unlike photos and your batches are large: the means of small "
            "batches are mostly chance."
        ),
    )


def _table(plan: Plan, phase: PhasePlan) -> None:
    panel = st.expander(
        tr("All layers"), icon=":material/table_rows:", key="layer_table", on_change=keep_view
    )
    if not panel.open:
        return
    rows = [
        {
            "Layer": i,
            "Name": layer.name,
            "Type": layer.type,
            "Output": "×".join(map(str, layer.output_shape)),
            "Parameters": layer.params,
            # Translators: of a layer in a phase.
            "In this phase": tr("frozen") if i <= phase.frozen_layers else tr("trained"),
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
            "In this phase": tr("trained, head"),
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
                "Layer": tr("Layer"),
                "Name": tr("Name"),
                "Type": tr("Type"),
                # Translators: the shape of what comes out of a layer.
                "Output": tr("Output"),
                "Parameters": st.column_config.NumberColumn(tr("Parameters"), format="localized"),
                "In this phase": tr("In this phase"),
                "Can be cut": st.column_config.CheckboxColumn(
                    tr("Can be cut"), help=tr("Whether the network can end here, and what comes out be kept.")
                ),
            },
            alt=tr("All layers with type, output shape and parameters, frozen or trained"),
        )
