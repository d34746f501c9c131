"""Bring pictures, look at them, split them."""

import streamlit as st

from pages.ui import guide, messages, state
from pages.ui.intake import bring
from pages.ui.messages import literal, one_line
from pages.ui.pictures import gallery
from tlcore import datasets, plots
from tlcore.datasets import Dataset, Split

SHOWN_PER_CLASS = 24


def show_counts(dataset: Dataset) -> None:
    with st.container(horizontal=True):
        st.metric("Pictures", len(dataset.items), border=True)
        st.metric("Classes", len(dataset.classes), border=True)
        st.metric("For training", len(dataset.of(Split.TRAIN)), border=True)
        st.metric("For validation", len(dataset.of(Split.VAL)), border=True)
        if dataset.of(Split.TEST):
            st.metric("For the test", len(dataset.of(Split.TEST)), border=True)
    if dataset.several_labels:
        count = sum(len(item.labels) > 1 for item in dataset.items)
        labels = sum(len(item.labels) for item in dataset.items) / len(dataset.items)
        st.caption(
            f"Several labels per picture: {count} of {len(dataset.items)} have more than one, "
            f"{labels:.1f} on average. Each class counts every picture that has it."
        )
    st.plotly_chart(
        plots.class_counts(dataset),
        config={"displayModeBar": False},
        alt="Pictures per class, for training and validation",
    )


def show_pictures(dataset: Dataset) -> None:
    classes = list(dataset.classes)
    st.subheader("Pictures")
    chosen = st.selectbox(
        "Class",
        range(len(classes)),
        format_func=lambda i: one_line(classes[i]),
        key="class",
        bind="query-params",
        width=320,
    )
    items = [item for item in dataset.items if chosen in item.labels]
    rows = []
    for item in items[:SHOWN_PER_CLASS]:
        names = ", ".join(classes[label] for label in item.labels)
        rows.append((dataset.path(item), names if dataset.several_labels else "", f"{names}: {item.name}"))
    gallery(rows)
    if len(items) > SHOWN_PER_CLASS:
        st.caption(f"{SHOWN_PER_CLASS} of {len(items)} pictures")


def show_split(dataset: Dataset) -> None:
    st.subheader("Split")
    st.caption(
        "Validation pictures are never trained on: they show how the model does on pictures it has not seen. "
        "Each class is split in the same shares, and equal pictures stay on one side."
    )
    with st.form("split", border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            val = st.slider("For validation", 5, 50, round(dataset.val_fraction * 100), 5, format="%d %%")
            test = st.slider(
                "For a final test",
                0,
                40,
                round(dataset.test_fraction * 100),
                5,
                format="%d %%",
                help="Pictures kept for the very end, when nothing is changed any more.",
            )
            seed = st.number_input(
                "Seed",
                0,
                2**31 - 1,
                dataset.split_seed,
                help="The same seed gives the same split; another one shuffles anew.",
            )
        if st.form_submit_button("Split anew", icon=":material/call_split:"):
            with messages.shown():
                split = datasets.resplit(
                    state.workspace(),
                    dataset,
                    val_fraction=val / 100,
                    test_fraction=test / 100,
                    seed=int(seed),
                )
                state.select(dataset=split.id)
                st.rerun()


def show_left_out(dataset: Dataset) -> None:
    for note in dataset.notes:
        st.text(note)
    if not dataset.left_out:
        st.caption("Every picture could be used.")
        return
    count = len(dataset.left_out)
    title = "1 file was left out" if count == 1 else f"{count} files were left out"
    with st.expander(title, icon=":material/filter_alt:"):
        st.dataframe(
            [{"File": left.name, "Why": left.reason} for left in dataset.left_out],
            hide_index=True,
            alt="Files that were left out, and why",
        )


st.title("Data")
for damaged in datasets.list_damaged(state.workspace()):
    st.warning(literal(damaged.reason), icon=":material/broken_image:")
dataset = None
with messages.shown():
    dataset = state.dataset()
if dataset is None:
    st.markdown("Bring pictures in **one folder per class**: the folders' names become the classes.")
    bring(guide.SAMPLE)
else:
    st.header(literal(dataset.name), divider="gray")
    show_counts(dataset)
    show_left_out(dataset)
    guide.onward("Next: choose the model", "build/model.py")
    show_pictures(dataset)
    show_split(dataset)
    with st.expander("Bring other pictures", icon=":material/add_photo_alternate:"):
        bring(guide.SAMPLE)
