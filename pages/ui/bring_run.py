"""A run brought in from a file."""

import streamlit as st

from pages.ui import state
from pages.ui.messages import keep_view, shown
from tlcore import run_import
from tlcore.errors import EngineError
from tlcore.words import tr


def bring_run() -> None:
    """An expander; a run that was brought in is chosen."""
    panel = st.expander(
        tr("Bring in a run from a file"), icon=":material/upload_file:", key="bring_run", on_change=keep_view
    )
    if not panel.open:
        return
    with panel:
        st.caption(
            tr(
                "A zip that was exported from a list of runs. It is looked through first; no code in it "
                "is run."
            )
        )
        file = st.file_uploader(tr("A run"), type=["zip"], key="upload_run")
        if st.button(tr("Bring it in"), disabled=file is None, icon=":material/check:"):
            with shown():
                with st.spinner(tr("Looking through the file …"), show_time=True):
                    run = run_import.take(state.workspace(), file)
                state.select(run=run.id, dataset=run.dataset_id)
                try:
                    run_import.make_ready(state.workspace(), run)
                except EngineError as error:
                    sentence = tr("The run is here, but its model could not be made ready for predictions.")
                    state.notes()["refused"] = f"{sentence} {error}"
                st.rerun()
