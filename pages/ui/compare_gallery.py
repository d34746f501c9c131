"""The pictures that one of two runs gets right and the other wrong; a click opens one where it was wrong."""

import itertools
from collections.abc import Sequence

import streamlit as st

from pages.ui import guide, judged_gallery, state
from pages.ui.messages import keep_view, literal
from tlcore import thumbnails, words
from tlcore.comparing import Common, Comparison, Pair
from tlcore.comparison_plots import STYLES
from tlcore.runs import Run
from tlcore.words import tr

PER_PAGE = 12


def show(comparison: Comparison) -> None:
    if not comparison.pairs:
        return
    st.header(tr("Pictures that tell them apart"), anchor=False)
    first, second = _choose_pair(len(comparison.runs))
    st.caption(tr("The surest mistakes come first. Click on the words below a picture to open it."))
    for right, wrong in ((first, second), (second, first)):
        _show_one(comparison, right, wrong)


def _choose_pair(count: int) -> Pair:
    pairs = list(itertools.combinations(range(count), 2))
    if len(pairs) == 1:
        return pairs[0]
    chosen: Pair = st.selectbox(
        tr("Two of the runs"),
        pairs,
        format_func=_pair_words,
        key="compared_pair",
        bind="query-params",
        on_change=keep_view,
        width=220,
    )
    return chosen


def _pair_words(pair: Pair) -> str:
    one, other = (STYLES[place].letter for place in pair)
    return tr("{one} and {other}", one=one, other=other)


def _show_one(comparison: Comparison, right: int, wrong: int) -> None:
    pictures = comparison.only(right, wrong)
    letters = STYLES[right].letter, STYLES[wrong].letter
    st.markdown(
        tr(
            "**Right by {one}, wrong by {other}** ({pictures:,})",
            one=letters[0],
            other=letters[1],
            pictures=len(pictures),
        )
    )
    if not pictures:
        st.caption(tr("None."))
        return
    key = f"only_{letters[0]}_{letters[1]}"
    shown = judged_gallery.page_of(pictures, key, PER_PAGE)
    run = comparison.runs[wrong]
    folder = state.workspace().datasets / run.dataset_id / "images"
    small = thumbnails.of_each(
        state.workspace(), [folder / one.file for one in shown], judged_gallery.FILE_PX
    )
    with st.container(horizontal=True):
        for place, (one, content) in enumerate(zip(shown, small, strict=True)):
            with st.container(width=judged_gallery.TILE_PX, gap="xsmall"):
                _tile(comparison, one, content, (right, wrong), f"{key}_{place}")


def _tile(comparison: Comparison, one: Common, content: bytes | None, pair: Pair, key: str) -> None:
    right, wrong = pair
    run, letter = comparison.runs[wrong], STYLES[wrong].letter
    true, said = _names(run, one.judged[wrong].labels), _said(run, one, wrong)
    if content is None:
        st.text(tr("The picture was deleted."))
    else:
        st.image(
            content,
            width="stretch",
            alt=tr(
                "{name}: {true}, as {one} said; {other} said {said}",
                name=one.judged[wrong].name,
                true=true,
                one=STYLES[right].letter,
                other=letter,
                said=said,
            ),
        )
    if st.button(
        literal(f"{true}; {letter}: {said}"),
        key=key,
        type="tertiary",
        wrap=True,
        help=tr("Open it in what {run} got wrong", run=letter),
    ):
        state.select(run=run.id, dataset=run.dataset_id, judged=one.file)
        guide.go("understand/evaluate.py")


def _said(run: Run, one: Common, place: int) -> str:
    judged = one.judged[place]
    if run.several_labels:
        return _names(run, judged.predicted_labels)
    return f"{run.classes[judged.predicted]} {words.number(judged.confidence, '.0%')}"


def _names(run: Run, labels: Sequence[int]) -> str:
    return ", ".join(run.classes[label] for label in labels) or tr("none")
