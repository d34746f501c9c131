"""Bring pictures, look at them, split them."""

import streamlit as st

from pages.ui import guide, messages, state, taking
from pages.ui.dataset_export import show_deleted, show_export, show_removal
from pages.ui.gallery import show_gallery
from pages.ui.hand_over import show_hand_over, show_open, show_opened
from pages.ui.health import show_health
from pages.ui.intake import bring
from pages.ui.messages import literal
from pages.ui.more_pictures import show_more
from pages.ui.splitting import show_split
from pages.ui.version_line import show_version
from tlcore import datasets, plots
from tlcore.datasets import Dataset, Split
from tlcore.words import tr, trn


def show_counts(dataset: Dataset) -> None:
    with st.container(horizontal=True):
        st.metric(tr("Pictures"), len(dataset.items), border=True)
        st.metric(tr("Classes"), len(dataset.classes), border=True)
        st.metric(tr("For training"), len(dataset.of(Split.TRAIN)), border=True)
        st.metric(tr("For validation"), len(dataset.of(Split.VAL)), border=True)
        if dataset.of(Split.TEST):
            st.metric(tr("For the test"), len(dataset.of(Split.TEST)), border=True)
    if dataset.several_labels:
        several = sum(len(item.labels) > 1 for item in dataset.items)
        labels = sum(len(item.labels) for item in dataset.items) / len(dataset.items)
        st.caption(
            tr(
                "Several labels per picture: {several} of {pictures} have more than one, {labels:.1f} on "
                "average. Each class counts every picture that has it.",
                several=several,
                pictures=len(dataset.items),
                labels=labels,
            )
        )
    st.plotly_chart(
        plots.class_counts(dataset),
        config={"displayModeBar": False},
        alt=tr("Pictures per class, for training and validation"),
    )


def show_left_out(dataset: Dataset) -> None:
    for note in dataset.notes:
        st.text(note)
    if not dataset.left_out:
        # Of a later version only what came in with it could be told.
        if dataset.version == 1:
            st.caption(tr("Every picture could be used."))
        return
    title = trn("{n} file was left out", "{n} files were left out", len(dataset.left_out))
    with st.expander(title, icon=":material/filter_alt:"):
        st.dataframe(
            [{tr("File"): left.name, tr("Why"): left.reason} for left in dataset.left_out],
            hide_index=True,
            alt=tr("Files that were left out, and why"),
        )


st.title(tr("Data"))
show_deleted()
show_opened()
for damaged in datasets.list_damaged(state.workspace()):
    st.warning(literal(damaged.reason), icon=":material/broken_image:")
dataset = None
with messages.shown():
    dataset = state.dataset()
under_way = taking.show()
if dataset is None and not under_way:
    st.markdown(tr("Bring pictures in **one folder per class**: the folders' names become the classes."))
    bring(guide.SAMPLE)
    show_open()
elif dataset is not None:
    st.header(literal(dataset.name), divider="gray")
    show_counts(dataset)
    show_left_out(dataset)
    guide.onward(tr("Next: choose the model"), "build/model.py")
    st.subheader(tr("Pictures"))
    show_version(dataset)
    show_gallery(dataset)
    show_health(dataset)
    show_split(dataset)
    show_more(dataset)
    show_export(dataset)
    show_hand_over(dataset)
    show_removal(dataset)
    if not under_way:
        with st.expander(tr("Bring other pictures"), icon=":material/add_photo_alternate:"):
            bring(guide.SAMPLE)
        show_open()
