"""The sidebar: which dataset and which run the pages are about."""

from collections import Counter

import streamlit as st

from pages.ui import state, steps, tongue
from pages.ui.messages import one_line, told
from tlcore import datasets, runs
from tlcore.datasets import Card
from tlcore.words import tr, trn

Lines = dict[str, tuple[str, str]]
"""By id: what names a thing, and what tells it apart from one of the same name."""


def draw() -> None:
    space = state.workspace()
    known = runs.list_all(space)
    sets = current(datasets.list_cards(space), {run.dataset_id for run in known})
    with st.sidebar:
        steps.draw(sets, known)
        _choice(
            "dataset",
            {x.id: (_title(x), tr("split {seed}", seed=x.split_seed)) for x in sets},
            label=tr("Dataset"),
            none=tr("No dataset yet"),
            ask=tr("Choose a dataset"),
        )
        _choice(
            "run",
            {x.id: (f"{x.name} · {x.dataset_name}", x.created[:16]) for x in known},
            label=tr("Run"),
            none=tr("No run yet"),
            ask=tr("Choose a run"),
        )
        tongue.choose()


def current(cards: list[Card], trained: set[str]) -> list[Card]:
    """Without the versions that another one has replaced, unless a run was trained on them."""
    replaced = {card.parent for card in cards} - trained - {state.selected("dataset")}
    return [card for card in cards if card.id not in replaced]


def _title(card: Card) -> str:
    version = [tr("version {version}", version=card.version)] if card.version > 1 else []
    return " · ".join([card.name, *version, trn("{n} picture", "{n} pictures", card.pictures)])


def distinct(lines: Lines) -> dict[str, str]:
    """Lines of which no two are alike: a selectbox tells its options apart by what it shows."""
    counts = Counter(one_line(name) for name, _ in lines.values())
    return {
        id: one_line(name) if counts[one_line(name)] == 1 else one_line(f"{name} · {detail} · {id}")
        for id, (name, detail) in lines.items()
    }


def _choice(id: str, lines: Lines, *, label: str, none: str, ask: str) -> None:
    chosen = state.selected(id)
    if not lines:
        st.caption(none)
        return
    shown = distinct(lines)
    st.selectbox(
        label,
        list(shown),
        format_func=shown.__getitem__,
        key=state.widget(id, chosen if chosen in shown else None),
        placeholder=ask,
        # With a choice made there is none to take back: Escape would.
        index=0 if chosen in shown else None,
        on_change=_changed,
        args=(id,),
    )


@told
def _changed(id: str) -> None:
    state.select(**{id: state.widget_value(id)})
    if id == "run":
        run = state.run()
        if run is not None:
            state.select(dataset=run.dataset_id)
