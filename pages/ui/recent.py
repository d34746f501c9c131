"""The newest datasets and runs, each a link to where it is looked at."""

import streamlit as st

from pages.ui import guide, sidebar, state
from pages.ui.messages import literal
from pages.ui.numbers import percent
from tlcore import datasets, measures, overview
from tlcore.cards import Card
from tlcore.datasets import Split
from tlcore.overview import Line

MOST = 5


def show() -> None:
    space = state.workspace()
    lines = overview.lines(space)
    cards = sidebar.current(datasets.list_cards(space), {line.run.dataset_id for line in lines})
    left, right = st.columns(2)
    with left:
        st.header("Recent datasets", anchor=False)
        for card in cards[:MOST]:
            _show_dataset(card)
        if not cards:
            st.caption("No pictures yet. Try the sample, or bring your own.")
    with right:
        st.header("Recent runs", anchor=False)
        for line in lines[:MOST]:
            _show_run(line)
        if not lines:
            st.caption("No runs yet. A run is one training: with the sample it takes one click.")


def _show_dataset(card: Card) -> None:
    with st.container(border=True, gap="xsmall"):
        title = card.name if card.version == 1 else f"{card.name} · version {card.version}"
        guide.link(literal(title), "build/data.py", ":material/photo_library:", dataset=card.id)
        st.caption(f"{card.pictures:,} pictures · {card.classes:,} classes")


def _show_run(line: Line) -> None:
    run = line.run
    page = "understand/evaluate.py" if run.has_model else "build/train.py"
    with st.container(border=True, gap="xsmall"):
        guide.link(
            literal(f"{run.name} · {run.dataset_name}"),
            page,
            ":material/analytics:" if run.has_model else ":material/model_training:",
            dataset=run.dataset_id,
            run=run.id,
        )
        share = line.shares.get(Split.VAL)
        figure = "" if share is None else f" · {measures.name(run).lower()} {percent(share)}"
        st.caption(literal(f"{line.progress.status.value}{figure} · {run.created[:10]}"))
