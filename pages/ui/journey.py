"""The first minute: the sample taken in, and a ready-made recipe trained on it, with one click."""

import streamlit as st

from pages.ui import guide, state, taking
from tlcore import datasets, intake_jobs, intake_records, jobs, plans, presets, recipes, strip
from tlcore.config import Recipe
from tlcore.intake_records import Intake, Status
from tlcore.plans import Plan
from tlcore.runs import Run
from tlcore.words import tr

# Of the tab: the intake that a training is to follow, and the run it became.
_WISH = "sample_intake"
_LED = "sample_run"


def begin() -> None:
    """Have the sample taken in, and a training follow it."""
    taking.begin(_start)


def _start() -> Intake:
    record = taking.start(guide.SAMPLE)
    state.notes()[_WISH] = record.id
    return record


def go_on() -> None:
    """Once the sample is in, train on it, and look on. Raises ThawError."""
    notes, space = state.notes(), state.workspace()
    id = notes.get(_WISH)
    if id is None:
        return
    if state.selected("intake") != id:
        # It was stopped, or the Data page has shown it meanwhile: nothing begins by surprise.
        del notes[_WISH]
        return
    look = intake_jobs.look(space, intake_records.load(space, id))
    if look.status is not Status.DONE:
        return
    # Before the start: a training that cannot begin is not tried again at each rerun.
    del notes[_WISH]
    recipe = Recipe()
    state.select(dataset=look.dataset_id, recipe=recipes.save(space, recipe), intake=None)
    with st.spinner(tr("Starting …"), show_time=True):
        run = jobs.start(space, recipe, datasets.load(space, look.dataset_id), owner=state.owner())
    notes[_LED] = run.id
    state.select(run=run.id)
    guide.go("build/train.py")


def leads(run: Run | None) -> bool:
    """Whether this is the run that was begun with one click: it is looked at before it is changed."""
    return run is not None and state.notes().get(_LED) == run.id


def show_strip() -> None:
    """What Thaw does, in one picture."""
    plan = _plan()
    phase = plan.phases[-1]
    alt = tr(
        "The layers of a network as a strip: {frozen} frozen in ice blue, {trained} thawed and trained in "
        "ember, then {head} layers of the head",
        frozen=phase.frozen_layers,
        trained=phase.trained_layers,
        head=len(plan.head),
    )
    st.html(strip.picture(plan, alt, len(plan.phases) - 1))


@st.cache_resource(show_spinner=False)
def _plan() -> Plan:
    """Of the default network with its last layers thawed."""
    _, phases = presets.PHASES["fine"]
    return plans.make(Recipe(phases=phases), 2)
