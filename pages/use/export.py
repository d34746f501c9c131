"""Take the model away."""

import streamlit as st

from pages.ui import exporting, from_programs, guide, logging_out, reporting, session, state
from pages.ui.messages import guarded, show_refused
from pages.ui.numbers import percent
from tlcore import evaluation, export_jobs, exporters, measures
from tlcore.asked import Standing
from tlcore.datasets import Split
from tlcore.numbers import bytes_words
from tlcore.runs import Run
from tlcore.words import mark, tr

_VALIDATION = {
    measures.ACCURACY: mark("Validation accuracy"),
    measures.EXACT_MATCH: mark("Validation exact match"),
}


def draw(run: Run, under_way: set[str]) -> None:
    # A fragment that looks again by itself is called by Streamlit, not by the page and its guard.
    with guarded():
        found = export_jobs.look_at_all(state.workspace(), run)
        if under_way != {format for format, one in found.items() if one.under_way}:
            # One has ended, or begun: the page once more, with or without looking every second.
            st.rerun()
        show_refused()
        show(run, found)
        # Of the callbacks that led here none chose anything, so the next link is followed.
        session.current().ahead = False


def show(run: Run, found: dict[str, Standing]) -> None:
    left = tuple(format for format, one in found.items() if not (one.is_there or one.under_way))
    ready = [
        format
        for format in found
        if (parity := exporters.load(run, format)) is not None and not parity.refused
    ]
    with st.container(horizontal=True):
        if left:
            st.button(
                tr("Make all")
                if len(left) == len(found)
                else tr("Make the other {formats}", formats=len(left)),
                icon=":material/done_all:",
                key="make_all",
                on_click=exporting.start,
                args=(run.id, left),
            )
        if len(ready) > 1:
            exporting.download_all(run, ready)
    exporting.show_table(run)
    for format, standing in found.items():
        exporting.show(run, format, standing)


st.title(tr("Export"))
run = guide.finished_run()
guide.headline(run)
with st.container(horizontal=True):
    measure = measures.name(run)
    share = measures.share(evaluation.load(run).splits.get(Split.VAL))
    st.metric(tr(_VALIDATION[measure]), percent(share), border=True, help=tr(measures.HELP[measure]))
    st.metric(tr("Size"), bytes_words(run.model_file.stat().st_size), border=True)
st.caption(
    tr(
        "Each format is made once. Then the program that comes with it is run on real pictures beside the "
        "run; of the web page its model is, by Python. What says something else is not handed out."
    )
)
found = export_jobs.look_at_all(state.workspace(), run)
under_way = {format for format, one in found.items() if one.under_way}
st.fragment(draw, run_every=1.0 if under_way else None)(run, under_way)
from_programs.show(run)
logging_out.show(run)
reporting.show(run)
