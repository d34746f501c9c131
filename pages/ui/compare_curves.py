"""The curves of the compared runs, laid over each other."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.messages import keep_view, one_line
from tlcore import comparison_plots, words
from tlcore.comparison_plots import STYLES
from tlcore.overview import Line
from tlcore.words import mark, tr

_ALTS = {
    "accuracy": mark("Accuracy on validation pictures over the epochs of {runs}; at the end {values}"),
    "loss": mark("Loss on validation pictures over the epochs of {runs}; at the end {values}"),
}


def show(lines: Sequence[Line]) -> None:
    drawn = [
        comparison_plots.Line(place, line.run.name, line.progress.epochs)
        for place, line in enumerate(lines)
        if line.progress.epochs
    ]
    st.header(tr("Curves"), anchor=False)
    if not drawn:
        st.caption(tr("None of these runs has told its epochs."))
        return
    st.caption(tr("On the validation pictures of each run. A large mark ends a phase."))
    training = st.toggle(
        tr("Training too"),
        key="compared_training",
        bind="query-params",
        on_change=keep_view,
        help=tr(
            "Thin: on the pictures that it was trained on. Far above the validation it learned by heart."
        ),
    )
    named = ", ".join(f"{STYLES[line.place].letter} {one_line(line.name)}" for line in drawn)
    for column, (metric, alt) in zip(st.columns(2), _ALTS.items(), strict=True):
        values = ", ".join(words.number(line.epochs[-1][f"val_{metric}"], ".2f") for line in drawn)
        with column:
            st.plotly_chart(
                comparison_plots.curves(drawn, metric, training=training),
                key=f"compared_{metric}",
                config={"displayModeBar": False},
                alt=tr(alt, runs=named, values=values),
            )
