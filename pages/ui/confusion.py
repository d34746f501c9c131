"""The confusion matrix, and the pictures in the cell of it that is chosen."""

import streamlit as st

from pages.ui import concept, judged_gallery, state
from pages.ui.messages import keep_view, literal, one_line, told
from pages.ui.numbers import tenth
from pages.ui.session import entered
from tlcore import evaluation_plots, meanings
from tlcore.datasets import Split
from tlcore.evaluation import SplitEvaluation
from tlcore.evaluation_plots import Cell
from tlcore.runs import Run
from tlcore.words import mark, tr

TRUE, SAID = "really", "said"
# Translators: what stands in the cells of a matrix
COUNTS, SHARES = mark("Counts"), mark("Shares")
# In a larger matrix nobody sees at a glance what is confused most.
_LISTED_FROM_CLASSES = 12
_MOST_LISTED = 50


def show_matrix(run: Run, split: Split, result: SplitEvaluation) -> Cell:
    """Returns the cell that is chosen, by a click or by the boxes below it."""
    st.header(tr(meanings.CONFUSION.title), anchor=False)
    st.caption(f"{tr(meanings.CONFUSION.sentence)} {tr('Click on a cell to see its pictures.')}")
    concept.what_is("confusion_matrix")
    shares = evaluation_plots.has_numbers(run.classes) and _shares_are_shown()
    # Drawn below it, but it outlines what they say.
    chart = st.container()
    with st.container(horizontal=True):
        # Translators: "Really": the class that a picture has; "Said": the one that the model said
        cell = (_class_box(run, tr("Really"), TRUE), _class_box(run, tr("Said"), SAID))
    with chart:
        _draw(run, split, result, shares, cell)
    return cell


def _shares_are_shown() -> bool:
    shown = st.segmented_control(
        tr("In the cells"),
        [COUNTS, SHARES],
        format_func=tr,
        default=COUNTS,
        required=True,
        key="matrix",
        bind="query-params",
        on_change=keep_view,
        help=f"{tr(SHARES)}: {tr(meanings.SHARES.sentence)}",
    )
    return shown == SHARES


def _class_box(run: Run, label: str, key: str) -> int | None:
    found: int | None = st.selectbox(
        label,
        range(len(run.classes)),
        index=None,
        format_func=lambda i: one_line(run.classes[i]),
        placeholder=tr("Any class"),
        key=key,
        bind="query-params",
        on_change=keep_view,
        width=190,
    )
    return found


def _draw(run: Run, split: Split, result: SplitEvaluation, shares: bool, cell: Cell) -> None:
    # A key for each choice: what is outlined is what is chosen, and a second click on it is a click.
    key = f"confusion_{run.id}_{split}_{shares}_{cell}"
    st.plotly_chart(
        evaluation_plots.confusion(run.classes, result, shares=shares, chosen=cell),
        key=key,
        on_select=lambda: _cell_chosen(key, cell),
        selection_mode="points",
        config={"displayModeBar": False},
        alt=tr("Confusion matrix: counts of true class against predicted class"),
    )


@told
def _cell_chosen(key: str, before: Cell) -> None:
    points = entered(key)["selection"]["points"]
    if points:
        true, said, _ = points[0]["customdata"]
        # A second click on a cell takes the choice back.
        _choose((None, None) if (true, said) == before else (true, said))


def _choose(cell: Cell) -> None:
    for key, label in zip((TRUE, SAID), cell, strict=True):
        state.want(key, label)


def show_confused(run: Run, result: SplitEvaluation) -> None:
    """The most frequent mistakes, where there are too many classes to see them."""
    confused = result.confused[:_MOST_LISTED]
    if len(run.classes) <= _LISTED_FROM_CLASSES or not confused:
        return
    st.header(tr("Confused most"), anchor=False)
    st.caption(tr("Click on the box before a line to see its pictures."))
    key = f"confused_{run.id}_{hash(tuple(confused))}"
    st.dataframe(
        [
            {
                tr("Really"): run.classes[true],
                tr("Said"): run.classes[said],
                tr("Pictures"): count,
                # Translators: the share of the pictures of the class
                tr("Of its class"): tenth(count / sum(result.confusion[true])),
            }
            for true, said, count in confused
        ],
        hide_index=True,
        height=320,
        column_config={tr("Of its class"): st.column_config.NumberColumn(format="percent")},
        key=key,
        on_select=lambda: _line_chosen(key, confused),
        selection_mode="single-row",
        alt=tr("Pairs of true and said class by the number of pictures, the most frequent first"),
    )


@told
def _line_chosen(key: str, confused: list[tuple[int, int, int]]) -> None:
    rows = entered(key)["selection"]["rows"]
    _choose(confused[rows[0]][:2] if rows else (None, None))


def show_cell(run: Run, result: SplitEvaluation, cell: Cell) -> None:
    if cell == (None, None):
        return
    true, said = (literal(run.classes[label]) if label is not None else None for label in cell)
    pictures = result.cell(*cell)
    st.header(_cell_title(true, said, len(pictures)), anchor=False)
    if not pictures:
        st.caption(tr("There is no such picture."))
    judged_gallery.show(run, result, pictures, "cell")


def _cell_title(true: str | None, said: str | None, pictures: int) -> str:
    if said is None:
        return tr("Pictures really {true} ({pictures:,})", true=true, pictures=pictures)
    if true is None:
        return tr("Pictures said to be {said} ({pictures:,})", said=said, pictures=pictures)
    return tr(
        "Pictures really {true}, said to be {said} ({pictures:,})", true=true, said=said, pictures=pictures
    )
