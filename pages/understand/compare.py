"""Runs side by side: what differs in how they were made, and whether it made a difference."""

from collections.abc import Sequence

import streamlit as st

from pages.ui import (
    compare_choice,
    compare_costs,
    compare_curves,
    compare_figures,
    compare_gallery,
    guide,
    state,
)
from pages.ui.messages import literal, shown
from tlcore import comparing, overview, runs
from tlcore.overview import Line
from tlcore.words import tr


def compare(lines: Sequence[Line]) -> None:
    chosen = [line.run for line in lines]
    side = compare_figures.choose_side(chosen)
    comparison = comparing.compare(chosen, side)
    compare_figures.show_table(comparison, lines)
    compare_figures.show_verdicts(comparison)
    compare_figures.show_differences(lines)
    compare_curves.show(lines)
    compare_gallery.show(comparison)
    compare_costs.show(comparison, lines)


st.title(tr("Compare"))
known = overview.lines(state.workspace())
for damaged in runs.list_damaged(state.workspace()):
    st.warning(literal(damaged.sentence), icon=":material/broken_image:")
if not any(line.run.has_model for line in known):
    st.info(tr("There are no finished runs yet."), icon=":material/arrow_forward:")
    guide.onward(tr("Train a model"), "build/train.py")
    st.stop()
with shown():
    chosen = compare_choice.choose(known)
    if len(chosen) < comparing.FEWEST_RUNS:
        st.info(
            tr(
                "Choose two runs or more. One run alone has nothing to be compared with: train another one, "
                "with something changed."
            ),
            icon=":material/compare_arrows:",
        )
        guide.onward(tr("Change something"), "build/model.py")
    else:
        by_id = {line.run.id: line for line in known}
        compare([by_id[run.id] for run in chosen])
