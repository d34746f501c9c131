"""How good the compared runs are, whether they differ measurably, and what differs in how they were made."""

from collections.abc import Sequence

import streamlit as st

from pages.ui import compare_choice, run_table, state
from pages.ui.messages import keep_view, literal
from pages.ui.numbers import tenth
from tlcore import comparing, comparison_words, datasets, measures, recipe_difference
from tlcore.comparing import Comparison, Share
from tlcore.comparison_plots import STYLES
from tlcore.datasets import Split
from tlcore.numbers import bytes_words, range_words
from tlcore.overview import Line
from tlcore.recipe_difference import Row
from tlcore.runs import Run, extended


def choose_side(runs: Sequence[Run]) -> Split | None:
    """Which pictures the runs are compared on."""
    sides = comparing.sides(runs)
    if len(sides) < 2:
        return sides[0] if sides else None
    side: Split = st.segmented_control(
        "Pictures",
        sides,
        format_func=run_table.SPLITS.__getitem__,
        default=sides[0],
        required=True,
        key="compared_side",
        bind="query-params",
        on_change=keep_view,
    )
    return side


def show_table(comparison: Comparison, lines: Sequence[Line]) -> None:
    """One line for each run."""
    shares = comparison.shares or comparison.own
    measure = measure_of(comparison.runs)
    rows = [
        {
            "Run": name,
            measure: tenth(share.value),
            "95% interval": interval_words(share),
            "Right": f"{share.right:,} of {share.pictures:,}",
            "Took": line.seconds,
            "Epochs": len(line.progress.epochs),
            "Model size": bytes_words(line.run.model_file.stat().st_size),
        }
        for name, share, line in zip(compare_choice.names(comparison.runs), shares, lines, strict=True)
    ]
    number = st.column_config.NumberColumn
    st.dataframe(
        rows,
        hide_index=True,
        height=run_table.ROW_PX * (len(rows) + 1),
        column_config={
            "Run": st.column_config.TextColumn(pinned=True),
            measure: number(format="percent", help=measures.HELP.get(measure)),
            "Took": number(format="%.1f s", help="From the beginning of the training to the finished model."),
        },
        placeholder="–",
        alt=f"The runs with {measure.lower()}, its interval, training time and model size",
    )
    for sentence in comparison_words.notes(comparison):
        st.caption(sentence)


def measure_of(runs: Sequence[Run]) -> str:
    """What the share of right pictures is called."""
    found = {measures.name(run) for run in runs}
    return found.pop() if len(found) == 1 else "Right pictures"


def interval_words(share: Share) -> str:
    return range_words(*share.interval)


def show_verdicts(comparison: Comparison) -> None:
    """Whether they differ by more than chance."""
    st.header("Do they differ?", anchor=False)
    if not comparison.pairs:
        st.info(
            "There is no picture that all of these runs were judged by and that has the same labels for all. "
            "Choose runs on the same dataset.",
            icon=":material/info:",
        )
        return
    names = compare_choice.literal_names(comparison.runs)
    letters = [style.letter for style in STYLES]
    for pair, difference in comparison.pairs.items():
        icon = ":material/trending_up:" if difference.is_measurable else ":material/drag_handle:"
        st.markdown(f"{icon} {comparison_words.verdict(comparison, pair, names, letters)}")
    several = (
        f"With {len(comparison.pairs)} pairs at once one may look different by chance, so the p-values are "
        "corrected for their number (Holm). "
        if len(comparison.pairs) > 1
        else ""
    )
    st.caption(
        "p says how often a difference at least as large would come about by chance if both were equally "
        f"good; below 0.05 it is called measurable. {several}The test is about these models: the same recipe "
        "trained with another seed may come out a little differently."
    )


def show_differences(lines: Sequence[Line]) -> None:
    """What was chosen otherwise."""
    st.header("What differs", anchor=False)
    runs = [line.run for line in lines]
    cards = {card.id: card for card in datasets.list_cards(state.workspace())}
    found = recipe_difference.of_datasets(runs, cards)
    found += recipe_difference.of_recipes([extended(run.recipe, run.events()) for run in runs])
    if not found:
        st.markdown("Nothing: the runs have the same recipe and the same pictures.")
        return
    _table(found, compare_choice.names(runs))


def _table(rows: Sequence[Row], names: Sequence[str]) -> None:
    st.table(
        [
            {"": literal(row.what)}
            | {literal(name): literal(value) for name, value in zip(names, row.values, strict=True)}
            for row in rows
        ],
        hide_index=True,
        alt="What is not the same in the recipes and datasets of the runs",
    )
