"""A run's logs for TensorBoard and MLflow, on the Export page."""

import streamlit as st

from pages.ui import download_route, state
from pages.ui.messages import guarded, keep_view, literal, told
from tlcore import log_jobs, loggers, runs
from tlcore.errors import RunError
from tlcore.runs import Run
from tlcore.words import tr

LOOK_S = 1.0


def show(run: Run) -> None:
    panel = st.expander(
        tr("Logs for TensorBoard and MLflow"), icon=":material/timeline:", key="run_logs", on_change=keep_view
    )
    if not panel.open:
        return
    with panel:
        st.caption(
            tr(
                "The figures of each epoch at their times, the recipe as hyperparameters, and the "
                "confusion matrix, written by the tools' own libraries."
            )
        )
        under_way = log_jobs.look(state.workspace(), run).under_way
        st.fragment(_tensorboard, run_every=LOOK_S if under_way else None)(run, under_way)
        st.markdown(
            tr(
                "**MLflow** notes where its files lie, so its logs are written where they are to stay, "
                "by the command line:"
            )
        )
        st.code(f"thaw log {run.id} --to mlflow --out FOLDER", language=None, wrap_lines=True)


def _tensorboard(run: Run, was_under_way: bool) -> None:
    # A fragment that looks again by itself is called by Streamlit, not by the page and its guard.
    with guarded():
        found = log_jobs.look(state.workspace(), run)
        if found.under_way != was_under_way:
            # Begun, or ended: the page once more, with or without looking every second.
            st.rerun()
        if found.is_there:
            st.link_button(
                tr("Download the TensorBoard logs"),
                download_route.logs_link(run),
                icon=":material/download:",
            )
            st.caption(
                tr("Unpack it, and in that folder: `{command}`", command=loggers.get(log_jobs.TOOL).use)
            )
        elif found.under_way:
            st.progress(0.0, tr("Writing the logs …"))
        else:
            _offer(run, found.failure)


def _offer(run: Run, failure: str | None) -> None:
    try:
        loggers.check(log_jobs.TOOL)
    except RunError as error:
        st.caption(literal(str(error)))
        return
    if failure is not None:
        st.error(literal(failure), icon=":material/info:")
    st.button(
        tr("Write the TensorBoard logs") if failure is None else tr("Try again"),
        icon=":material/timeline:",
        key="write_logs",
        on_click=_start,
        args=(run.id,),
    )


@told
def _start(run_id: str) -> None:
    workspace = state.workspace()
    log_jobs.start(workspace, runs.load(workspace, run_id), owner=state.owner())
