"""The newest datasets and runs, each a link to where it is looked at."""

import streamlit as st

from pages.ui import guide, sidebar, state
from pages.ui.messages import literal
from pages.ui.numbers import percent
from tlcore import datasets, overview
from tlcore.cards import Card
from tlcore.datasets import Split
from tlcore.overview import Line
from tlcore.words import tr, trn

MOST = 5


def show() -> None:
    space = state.workspace()
    lines = overview.lines(space)
    cards = sidebar.current(datasets.list_cards(space), {line.run.dataset_id for line in lines})
    left, right = st.columns(2)
    with left:
        st.header(tr("Recent datasets"), anchor=False)
        for card in cards[:MOST]:
            _show_dataset(card)
        if not cards:
            st.caption(tr("No pictures yet. Try the sample, or bring your own."))
    with right:
        st.header(tr("Recent runs"), anchor=False)
        for line in lines[:MOST]:
            _show_run(line)
        if not lines:
            st.caption(tr("No runs yet. A run is one training: with the sample it takes one click."))


def _show_dataset(card: Card) -> None:
    with st.container(border=True, gap="xsmall"):
        version = [] if card.version == 1 else [tr("version {version}", version=card.version)]
        title = " · ".join([card.name, *version])
        guide.link(literal(title), "build/data.py", ":material/photo_library:", dataset=card.id)
        pictures = trn("{n:,} picture", "{n:,} pictures", card.pictures)
        st.caption(f"{pictures} · {trn('{n:,} class', '{n:,} classes', card.classes)}")


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
        parts = [tr(line.progress.status.value), *_figure(line), run.created[:10]]
        st.caption(literal(" · ".join(parts)))


def _figure(line: Line) -> list[str]:
    share = line.shares.get(Split.VAL)
    if share is None:
        return []
    if line.run.several_labels:
        return [tr("exact match {share}", share=percent(share))]
    return [tr("accuracy {share}", share=percent(share))]
