"""Figures, each with the sentence that says what it means."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.messages import keep_view
from tlcore import summary
from tlcore.evaluation import SplitEvaluation
from tlcore.summary import Figure
from tlcore.words import tr

_IN_A_ROW = 4


def show(result: SplitEvaluation) -> None:
    _cards(summary.main(result))
    panel = st.expander(
        tr("More figures"), icon=":material/functions:", key="more_figures", on_change=keep_view
    )
    if panel.open:
        with panel:
            _cards(summary.more(result))


def _cards(figures: Sequence[Figure]) -> None:
    for start in range(0, len(figures), _IN_A_ROW):
        row = figures[start : start + _IN_A_ROW]
        for column, figure in zip(st.columns(_IN_A_ROW), row, strict=False):
            with column, st.container(border=True, height="stretch"):
                st.metric(figure.title, figure.value)
                st.caption(figure.sentence)
