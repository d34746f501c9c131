"""How good the compared runs are, whether they differ measurably, and what differs in how they were made."""

from collections.abc import Iterator, Sequence

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
from tlcore.words import mark, tr

_RIGHT_PICTURES = mark("Right pictures")
# By title: the same within a sentence.
_NOUNS = {
    measures.ACCURACY: mark("accuracy"),
    measures.EXACT_MATCH: mark("exact match"),
    _RIGHT_PICTURES: mark("right pictures"),
}


def choose_side(runs: Sequence[Run]) -> Split | None:
    """Which pictures the runs are compared on."""
    sides = comparing.sides(runs)
    if len(sides) < 2:
        return sides[0] if sides else None
    side: Split = st.segmented_control(
        tr("Pictures"),
        sides,
        format_func=lambda side: tr(run_table.SPLITS[side]),
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
            tr("Run"): name,
            tr(measure): tenth(share.value),
            tr("95% interval"): interval_words(share),
            # Translators: not wrong; the column says how many pictures of how many
            tr("Right"): tr("{right:,} of {pictures:,}", right=share.right, pictures=share.pictures),
            # Translators: how long the training took
            tr("Took"): line.seconds,
            tr("Epochs"): len(line.progress.epochs),
            tr("Model size"): bytes_words(line.run.model_file.stat().st_size),
        }
        for name, share, line in zip(compare_choice.names(comparison.runs), shares, lines, strict=True)
    ]
    number = st.column_config.NumberColumn
    st.dataframe(
        rows,
        hide_index=True,
        height=run_table.ROW_PX * (len(rows) + 1),
        column_config={
            tr("Run"): st.column_config.TextColumn(pinned=True),
            tr(measure): number(format="percent", help=tr(measures.HELP.get(measure, "")) or None),
            tr("Took"): number(
                format="%.1f s", help=tr("From the beginning of the training to the finished model.")
            ),
        },
        placeholder="–",
        alt=tr(
            "The runs with {measure}, its interval, training time and model size",
            measure=tr(_NOUNS[measure]),
        ),
    )
    for sentence in comparison_words.notes(comparison):
        st.caption(sentence)


def measure_of(runs: Sequence[Run]) -> str:
    """What the share of right pictures is called, marked."""
    found = {measures.name(run) for run in runs}
    return found.pop() if len(found) == 1 else _RIGHT_PICTURES


def interval_words(share: Share) -> str:
    return range_words(*share.interval)


def show_verdicts(comparison: Comparison) -> None:
    """Whether they differ by more than chance."""
    st.header(tr("Do they differ?"), anchor=False)
    if not comparison.pairs:
        st.info(
            tr(
                "There is no picture that all of these runs were judged by and that has the same labels "
                "for all. Choose runs on the same dataset."
            ),
            icon=":material/info:",
        )
        return
    names = compare_choice.literal_names(comparison.runs)
    letters = [style.letter for style in STYLES]
    for pair, difference in comparison.pairs.items():
        icon = ":material/trending_up:" if difference.is_measurable else ":material/drag_handle:"
        st.markdown(f"{icon} {comparison_words.verdict(comparison, pair, names, letters)}")
    st.caption(" ".join(_about_the_test(len(comparison.pairs))))


def _about_the_test(pairs: int) -> Iterator[str]:
    yield tr(
        "p says how often a difference at least as large would come about by chance if both were equally "
        "good; below 0.05 it is called measurable."
    )
    if pairs > 1:
        yield tr(
            "With {pairs} pairs at once one may look different by chance, so the p-values are corrected for "
            "their number (Holm).",
            pairs=pairs,
        )
    yield tr(
        "The test is about these models: the same recipe trained with another seed may come out a little "
        "differently."
    )


def show_differences(lines: Sequence[Line]) -> None:
    """What was chosen otherwise."""
    st.header(tr("What differs"), anchor=False)
    runs = [line.run for line in lines]
    cards = {card.id: card for card in datasets.list_cards(state.workspace())}
    found = recipe_difference.of_datasets(runs, cards)
    found += recipe_difference.of_recipes([extended(run.recipe, run.events()) for run in runs])
    if not found:
        st.markdown(tr("Nothing: the runs have the same recipe and the same pictures."))
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
        alt=tr("What is not the same in the recipes and datasets of the runs"),
    )
