"""Set the training, start it, watch it, stop it."""

import time

import streamlit as st

from pages.ui import concept, guide, journey, messages, reading, state
from pages.ui.augmenting import set_augmentation
from pages.ui.networks import found, warn_of_missing_weights
from pages.ui.objective import fitting, warn_of_labels
from pages.ui.schedule import set_shared, set_training
from pages.ui.warn import warn
from pages.ui.watch import watch
from tlcore import jobs, plans, watching
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.plans import Plan
from tlcore.runs import Run, Status
from tlcore.words import tr

DOUBLE_CLICK_S = 2.0
# A wish that no page came to fulfil, since somebody left it, is forgotten.
WISH_S = 30.0
# What was typed before a click reaches us within this time of the click, and nobody notices it.
LATECOMER_S = 0.3


@messages.told
def wish() -> None:
    state.notes()["wished_s"] = time.monotonic()


def start_if_wished(recipe: Recipe, dataset: Dataset) -> None:
    """Not in the button's callback: a number typed just before the click may reach us after it.

    Then it comes while this page is drawn, which begins anew with it, and ends here with what was typed.
    """
    notes = state.notes()
    if "wished_s" not in notes:
        return
    time.sleep(LATECOMER_S)
    # Here the page begins anew if something came meanwhile; the wish is still noted then.
    st.empty()
    now_s = time.monotonic()
    if now_s - notes.pop("wished_s") >= WISH_S:
        return
    wanted = (recipe.id, dataset.id)
    last = notes.get("last_start")
    # A double click is one wish, not two runs.
    if last is not None and last[0] == wanted and now_s - last[1] < DOUBLE_CLICK_S:
        return
    notes["last_start"] = (wanted, now_s)
    state.select(run=jobs.start(state.workspace(), recipe, dataset, owner=state.owner()).id)
    # The sidebar was drawn without the new run.
    st.rerun()


def plan_of(recipe: Recipe, dataset: Dataset) -> Plan | None:
    with messages.shown():
        return plans.for_dataset(fitting(recipe, dataset), dataset, state.workspace())
    return None


def set_and_start(dataset: Dataset, run: Run | None) -> None:
    """``run``: the one that is looked at."""
    recipe = state.recipe()
    if found(recipe) is None:
        guide.link(tr("Choose another network"), "build/model.py", ":material/hub:")
        return
    plan = plan_of(recipe, dataset)
    concept.what_is("epoch", "learning_rate", "batch")
    set_training(recipe, plan)
    with st.expander(tr("Augmentation"), icon=":material/auto_fix_high:", key="augmentation"):
        set_augmentation(recipe, dataset, plan)
    with st.expander(tr("Batch size and seed"), icon=":material/tune:", key="shared"):
        set_shared(recipe)
    warn_of_labels(recipe, dataset)
    if plan is not None:
        warn(plan, dataset)
    warn_of_missing_weights(recipe)
    st.caption(messages.literal(f"{dataset.name} · {recipe.summary()}"))
    if run is not None and run.dataset_id == dataset.id:
        reading.show_difference(run, fitting(recipe, dataset))
    st.button(tr("Start training"), type="primary", icon=":material/play_arrow:", on_click=wish)
    start_if_wished(recipe, dataset)


# Translators: the title of the page on which a model is trained
st.title(tr("Train"))
dataset = run = None
with messages.shown():
    run = state.run()
# A run outlives its dataset: without the one, the other is still shown.
with messages.shown():
    dataset = state.dataset()
led = run if journey.leads(run) else None
if led is not None:
    st.markdown(
        tr("A ready-made recipe was trained on the sample. The controls for other runs are below.")
        if watching.look(state.workspace(), led).progress.status is Status.DONE
        else tr(
            "The sample is in, and a ready-made recipe trains on it. The controls for other runs are below."
        )
    )
    watch(led)
    st.divider()
if dataset is not None:
    with messages.shown():
        set_and_start(dataset, run)
elif run is None:
    guide.bring_pictures()

if run is not None and led is None:
    watch(run)
elif run is None:
    st.info(tr("Accuracy and loss appear here while the model trains."), icon=":material/show_chart:")
