"""How the pictures are split: shares, seed and groups, and what comes of them before it is accepted."""

from collections.abc import Mapping

import streamlit as st

from pages.ui import fragments, state
from pages.ui.messages import keep_view, literal, told
from tlcore import datasets, grouping, own_split, sides
from tlcore.datasets import Dataset, Split
from tlcore.grouping import Way
from tlcore.words import tr, trn


def show_split(dataset: Dataset) -> None:
    """Draws the choices and their outcome; only this part is drawn anew while somebody tries."""
    st.subheader(tr("Split"))
    st.caption(
        tr(
            "Validation pictures are never trained on: they show how the model does on pictures it "
            "has not seen. Each class is split in the same shares, and equal pictures stay on one "
            "side."
        )
    )
    with st.container(border=True):
        fragments.draw(dataset, _show)


def _show(dataset: Dataset) -> None:
    ways = _ways(dataset)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split_by = dataset.split_by
        if len(ways) > 1:
            split_by = st.selectbox(
                tr("Keep on one side"),
                list(ways),
                index=list(ways).index(dataset.split_by) if dataset.split_by in ways else 0,
                format_func=ways.__getitem__,
                key=f"split_by_{dataset.id}",
                on_change=keep_view,
                width=320,
                help=tr(
                    "All pictures of one animal, patient or place: what the model is tried on must be new to "
                    "it."
                ),
            )
        val, test, seed = _shares(dataset, split_by)
    as_it_is = (round(dataset.val_fraction * 100), round(dataset.test_fraction * 100), dataset.split_seed)
    if (val, test, seed, split_by) == (*as_it_is, dataset.split_by):
        # A later version keeps the sides of its parent, which these shares need not give anew.
        changed = dataset
    else:
        changed = sides.preview(
            dataset, val_fraction=val / 100, test_fraction=test / 100, seed=seed, split_by=split_by
        )
    _show_outcome(dataset, changed)
    faults = sides.faults(changed)
    for sentence in faults:
        st.warning(literal(sentence), icon=":material/info:")
    same = [item.split for item in changed.items] == [item.split for item in dataset.items]
    st.button(
        tr("Use this split"),
        key="use_split",
        icon=":material/call_split:",
        disabled=bool(faults) or same,
        on_click=_use,
        args=(dataset.id, val, test, seed, split_by),
    )


def _ways(dataset: Dataset) -> dict[str, str]:
    ways = {"": tr("Equal pictures")}
    if own_split.usable(dataset.items):
        ways[own_split.OWN] = tr("As the folders say")
    for way in grouping.ways(dataset.items):
        ways[way.key] = _way_words(way)
    return ways


def _way_words(way: Way) -> str:
    example = " ".join(way.example.split())[:40]
    if not way.level:
        return trn(
            "{n:,} group by the column group, as {example}",
            "{n:,} groups by the column group, as {example}",
            way.groups,
            example=example,
        )
    return trn(
        "{n:,} group by folder, level {level}, as {example}",
        "{n:,} groups by folder, level {level}, as {example}",
        way.groups,
        level=way.level,
        example=example,
    )


def _shares(dataset: Dataset, split_by: str) -> tuple[int, int, int]:
    """Validation and test in per cent, and the seed."""
    own = split_by == own_split.OWN
    val = st.slider(
        tr("For validation"),
        5,
        50,
        round(dataset.val_fraction * 100),
        5,
        format="%d%%",
        key=f"split_val_{dataset.id}",
        on_change=keep_view,
        disabled=own,
        width=220,
    )
    test = st.slider(
        tr("For a final test"),
        0,
        40,
        round(dataset.test_fraction * 100),
        5,
        format="%d%%",
        key=f"split_test_{dataset.id}",
        on_change=keep_view,
        disabled=own,
        help=tr("Pictures kept for the very end, when nothing is changed any more."),
        width=220,
    )
    seed = st.number_input(
        tr("Seed"),
        0,
        2**31 - 1,
        dataset.split_seed,
        key=f"split_seed_{dataset.id}",
        on_change=keep_view,
        help=tr("The same seed gives the same split; another one shuffles anew."),
        width=140,
    )
    return val, test, dataset.split_seed if seed is None else int(seed)


def _show_outcome(dataset: Dataset, changed: Dataset) -> None:
    moved = sum(one.split != other.split for one, other in zip(changed.items, dataset.items, strict=True))
    totals = {side: len(changed.of(side)) for side in Split}
    if moved:
        news = trn("{n:,} picture would change sides.", "{n:,} pictures would change sides.", moved)
    else:
        news = tr("This is the split as it is.")
    st.markdown(f"{_totals_words(totals)} {news}")
    titles = {
        "Class": tr("Class"),
        "Training": tr("Training"),
        "Validation": tr("Validation"),
        "Test": tr("Test"),
    }
    st.dataframe(
        [
            {
                "Class": name,
                "Training": row[Split.TRAIN],
                "Validation": row[Split.VAL],
                "Test": row[Split.TEST],
            }
            for name, row in changed.counts().items()
        ],
        hide_index=True,
        column_config=titles,
        height="content" if len(changed.classes) <= 12 else 460,
        alt=tr("Pictures of each class on each side of the split"),
    )


def _totals_words(totals: Mapping[Split, int]) -> str:
    if totals[Split.TEST]:
        return tr(
            "{training:,} for training, {validation:,} for validation, {test:,} for the test.",
            training=totals[Split.TRAIN],
            validation=totals[Split.VAL],
            test=totals[Split.TEST],
        )
    return tr(
        "{training:,} for training, {validation:,} for validation.",
        training=totals[Split.TRAIN],
        validation=totals[Split.VAL],
    )


@told
def _use(id: str, val: int, test: int, seed: int, split_by: str) -> None:
    dataset = datasets.load(state.workspace(), id)
    shares = {"val_fraction": val / 100, "test_fraction": test / 100}
    split = datasets.resplit(state.workspace(), dataset, **shares, seed=seed, split_by=split_by)
    state.select(dataset=split.id)
