"""What the last layer says, and the loss that fits: one function derives it from the choices on the page."""

import streamlit as st

from pages.ui import concept, controls, state
from pages.ui.messages import told
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.plans import Plan
from tlcore.recipe_parts import Loss
from tlcore.words import mark, tr, trn

SOFTMAX, SIGMOID = "softmax", "sigmoid"
OUTPUTS = {SOFTMAX: mark("One label per picture"), SIGMOID: mark("Several labels, or one of two")}
SMOOTHINGS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)


def loss_for(output: str, smoothing: float) -> Loss:
    """Keras' sparse cross-entropy knows no label smoothing; its categorical one is the same and does."""
    if output == SIGMOID:
        return "binary_crossentropy"
    return "categorical_crossentropy" if smoothing else "sparse_categorical_crossentropy"


def output_of(recipe: Recipe) -> str:
    return SIGMOID if recipe.loss == "binary_crossentropy" else SOFTMAX


def fitting(recipe: Recipe, dataset: Dataset | None) -> Recipe:
    """The recipe as the dataset's labels need it, so that its counts can be shown."""
    return recipe.changed("loss", "binary_crossentropy") if _misfits(recipe, dataset) else recipe


def warn_of_labels(recipe: Recipe, dataset: Dataset | None) -> None:
    if _misfits(recipe, dataset):
        st.warning(
            tr(
                "Some of your pictures have several labels. An output with one label per picture cannot "
                "learn that."
            ),
            icon=":material/label:",
        )
        st.button(
            tr("Switch to several labels"),
            type="primary",
            icon=":material/check:",
            on_click=controls.write,
            args=({"loss": loss_for(SIGMOID, recipe.label_smoothing)},),
        )
    elif _asks_too_much(recipe, dataset):
        st.info(
            tr(
                "Each of your pictures has one label, but the output gives each class a yes or no of its "
                "own. One label per picture is easier to learn."
            ),
            icon=":material/label:",
        )
        st.button(
            tr("Switch to one label"),
            icon=":material/check:",
            on_click=controls.write,
            args=({"loss": loss_for(SOFTMAX, recipe.label_smoothing)},),
        )


def set_objective(recipe: Recipe, plan: Plan) -> None:
    st.segmented_control(
        tr("Each picture has"),
        list(OUTPUTS),
        format_func=lambda output: tr(OUTPUTS[output]),
        required=True,
        key=state.widget("output", output_of(recipe)),
        on_change=_output_changed,
        help=tr(
            "One label: the classes share 100% (softmax). Several labels: each class has a yes or "
            "no of its own (sigmoid); with two classes a single one tells them apart."
        ),
    )
    st.caption(_output_words(recipe, plan))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        controls.steps(
            recipe,
            tr("Label smoothing"),
            "label_smoothing",
            SMOOTHINGS,
            width=320,
            also=_loss_of_smoothing,
            help=tr(
                "The model is asked to be a little less than certain, which helps where some labels are "
                "wrong. 0 is off, 0.1 is usual."
            ),
        )
        controls.switch(
            recipe,
            tr("Balance rare classes"),
            "class_weights",
            on="balanced",
            off="none",
            help=tr(
                "Pictures of rare classes weigh more, so that every class counts the same. Use it when "
                "some classes have far fewer pictures."
            ),
        )
    concept.what_is("class_weights")


def _output_words(recipe: Recipe, plan: Plan) -> str:
    last = plan.head[-1]
    said = {
        "units": trn("{n} unit", "{n} units", last.output_shape[-1] or 0),
        "activation": plan.output.activation,
        "params": last.params,
    }
    # The plan is that of the recipe as the labels need it (``fitting``), which may not be the one on disk.
    if output_of(plan.recipe) == output_of(recipe):
        return tr("Output layer: {units}, {activation}, {params:,} parameters.", **said)
    return tr("With several labels: {units}, {activation}, {params:,} parameters.", **said)


def _misfits(recipe: Recipe, dataset: Dataset | None) -> bool:
    return dataset is not None and dataset.several_labels and output_of(recipe) != SIGMOID


def _asks_too_much(recipe: Recipe, dataset: Dataset | None) -> bool:
    """Of two classes a single yes or no tells as much as shares do; of more, each would have its own."""
    if dataset is None or dataset.several_labels or len(dataset.classes) <= 2:
        return False
    return output_of(recipe) == SIGMOID


def _loss_of_smoothing(smoothing: float) -> dict[str, str]:
    return {"loss": loss_for(output_of(state.recipe()), smoothing)}


@told
def _output_changed() -> None:
    recipe, output = state.recipe(), state.widget_value("output")
    state.select_recipe(recipe.changed("loss", loss_for(output, recipe.label_smoothing)))
