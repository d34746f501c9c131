"""The right class for pictures that were judged, and the way back with them into the dataset."""

from collections.abc import Sequence

import streamlit as st

from pages.ui import guide, state
from pages.ui.messages import literal, one_line, shown, told
from pages.ui.session import entered
from tlcore import corrections, datasets, predictions
from tlcore.datasets import Dataset
from tlcore.predictions import Batch, Judged
from tlcore.runs import Run
from tlcore.words import tr, trn


def show(run: Run, batch: Batch, picked: Sequence[Judged]) -> None:
    """``picked``: the rows that are chosen in the table."""
    with shown():
        dataset = state.dataset()
        if dataset is None:
            return
        if picked:
            _choose(dataset, batch, picked)
        waiting = corrections.waiting(batch)
        if waiting:
            st.button(
                trn(
                    "Add {n:,} picture to {dataset}",
                    "Add {n:,} pictures to {dataset}",
                    len(waiting),
                    dataset=literal(dataset.name),
                ),
                key="send_back",
                type="primary",
                icon=":material/add_photo_alternate:",
                on_click=_send,
                args=(batch.id, dataset.id),
                help=tr("With the right class. They make its next version; a run keeps its own."),
            )
        _tell_sent(batch, dataset)


def _choose(dataset: Dataset, batch: Batch, picked: Sequence[Judged]) -> None:
    numbers = tuple(one.row.number for one in picked)
    key = f"right_{batch.id}_{dataset.id}"
    names = list(dataset.classes)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if dataset.several_labels:
            st.multiselect(tr("Right classes"), names, format_func=one_line, key=key, width=320)
        else:
            st.selectbox(tr("Right class"), names, format_func=one_line, key=key, width=220)
        st.button(
            trn("Set for {n:,} picture", "Set for {n:,} pictures", len(numbers)),
            key="set_right",
            icon=":material/check:",
            on_click=_correct,
            args=(batch.id, numbers, key),
        )
        if any(number in corrections.load(batch) for number in numbers):
            st.button(
                tr("Take back"),
                key="take_back",
                icon=":material/undo:",
                on_click=_take_back,
                args=(batch.id, numbers),
            )


def _tell_sent(batch: Batch, dataset: Dataset) -> None:
    sent = [one for one in corrections.load(batch).values() if one.sent == dataset.id]
    if sent:
        st.success(
            literal(
                trn(
                    "Version {version} of {dataset} has {n:,} picture of these.",
                    "Version {version} of {dataset} has {n:,} pictures of these.",
                    len(sent),
                    version=dataset.version,
                    dataset=dataset.name,
                )
            ),
            icon=":material/check_circle:",
        )
        guide.link(tr("Look at it, and train on it"), "build/data.py", ":material/photo_library:")


@told
def _correct(id: str, numbers: tuple[int, ...], key: str) -> None:
    said = entered(key)
    labels = [said] if isinstance(said, str) else list(said or ())
    corrections.correct(predictions.load(state.workspace(), id), numbers, labels)


@told
def _take_back(id: str, numbers: tuple[int, ...]) -> None:
    corrections.take_back(predictions.load(state.workspace(), id), numbers)


@told
def _send(id: str, dataset_id: str) -> None:
    space = state.workspace()
    batch, dataset = predictions.load(space, id), datasets.load(space, dataset_id)
    state.select(dataset=corrections.send(space, batch, dataset).id)
