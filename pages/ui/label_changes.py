"""What was decided about doubtful labels: counted, made into the next version, and trained on again."""

from collections import Counter
from collections.abc import Mapping

import streamlit as st

from pages.ui import session, state
from pages.ui.messages import told
from pages.ui.objective import fitting
from tlcore import datasets, doctor, jobs, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.doctor import Action, Decision
from tlcore.runs import Run
from tlcore.words import mark, tr

_TRAINS = "doctor_trains"
# Translators: so many pictures.
_COUNTED = {
    Action.MOVE: mark("{pictures:,} moved"),
    Action.REMOVE: mark("{pictures:,} removed"),
    Action.KEEP: mark("{pictures:,} kept"),
}


def is_training() -> bool:
    """Whether a click has just started a training, so that its page is the next to be seen."""
    return bool(state.notes().pop(_TRAINS, False))


def show_bar(dataset: Dataset, judge: Run | None, decided: Mapping[int, Decision]) -> None:
    """``judge``: the run whose backbone looked at the pictures; it looks at the next version too."""
    if not decided:
        return
    counts = Counter(one.action for one in decided.values())
    nothing = not counts[Action.MOVE] and not counts[Action.REMOVE]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(tr("**{pictures:,} decided**: {each}", pictures=len(decided), each=_counted(counts)))
        st.button(
            tr("Make new version"),
            type="primary",
            icon=":material/library_add:",
            key="doctor_version",
            disabled=nothing,
            on_click=make_version,
            args=(dataset.id, judge.id if judge is not None else None),
            help=tr("Nothing is to be changed yet.") if nothing else tr("This version stays as it is."),
        )
        st.button(
            tr("… and train again with the same recipe"),
            icon=":material/model_training:",
            key="doctor_train",
            disabled=nothing,
            on_click=make_and_train,
            args=(dataset.id,),
            help=tr("The recipe of the run that is chosen at the side, else that of the page Model."),
        )


def _counted(counts: Mapping[Action, int]) -> str:
    return ", ".join(tr(said, pictures=counts[action]) for action, said in _COUNTED.items() if counts[action])


def choice_key(dataset_id: str, row: int) -> str:
    """Of the widget in which another class is chosen."""
    return f"doctor_to_{dataset_id}_{row}"


@told
def decide(dataset_id: str, row: int, decision: Decision | None) -> None:
    doctor.decide(state.workspace(), datasets.load(state.workspace(), dataset_id), row, decision)


@told
def move_to_chosen(dataset_id: str, row: int) -> None:
    dataset = datasets.load(state.workspace(), dataset_id)
    chosen = session.entered(choice_key(dataset_id, row))
    labels = chosen if dataset.several_labels else [chosen]
    to = tuple(dataset.classes[label] for label in sorted(labels))
    doctor.decide(state.workspace(), dataset, row, Decision(Action.MOVE, to))


@told
def make_version(dataset_id: str, judge_id: str | None) -> None:
    space = state.workspace()
    # A second click came from a page that is gone.
    if state.selected("dataset") != dataset_id:
        return
    version = doctor.make_version(space, datasets.load(space, dataset_id))
    state.select(dataset=version.id)
    judge = runs.load(space, judge_id) if judge_id else None
    doctor.start(space, version, judge, owner=state.owner())


@told
def make_and_train(dataset_id: str) -> None:
    space = state.workspace()
    if state.selected("dataset") != dataset_id:
        return
    recipe = _recipe()
    version = doctor.make_version(space, datasets.load(space, dataset_id))
    # It is there, whether the training begins or not.
    state.select(dataset=version.id)
    run = jobs.start(space, fitting(recipe, version), version, owner=state.owner())
    state.select(run=run.id)
    state.notes()[_TRAINS] = True


def _recipe() -> Recipe:
    """That of the chosen run, with the epochs by which it was extended; else the one being designed."""
    run = state.run()
    return runs.extended(run.recipe, run.events()) if run is not None else state.recipe()
