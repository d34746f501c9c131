"""Pictures being taken in by a worker: how far it is, and what became of it."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from pages.ui import messages, state
from pages.ui.messages import literal, told
from pages.ui.numbers import seconds_words
from tlcore import intake_jobs, intake_records
from tlcore.errors import WorkspaceError
from tlcore.intake_records import Intake, Look, Status
from tlcore.words import number, tr

LOOK_S = 0.5


def begin(start: Callable[[], Intake]) -> None:
    """Queue an intake and watch it from now on."""
    with messages.shown():
        with st.spinner(tr("Starting …"), show_time=True):
            # Chosen at once: a rerun that waits ends this one with the spinner.
            state.select(intake=start().id)
        st.rerun()


def start(source: Path) -> Intake:
    """Queue a folder or archive of this computer, under its own name."""
    name = source.name if source.is_dir() else source.name.partition(".")[0]
    return intake_jobs.start(state.workspace(), source, name=name, owner=state.owner())


def show() -> bool:
    """What was brought here last, if anything; whether it is still under way. A new dataset is chosen."""
    record = _chosen()
    if record is None:
        return False
    look = intake_jobs.look(state.workspace(), record)
    if look.status is Status.DONE:
        state.select(dataset=look.dataset_id, intake=None)
        st.rerun()
    if not look.status.final:
        with st.container(border=True):
            st.markdown(f"**{literal(record.called or record.name)}**")
            st.fragment(_watch, run_every=LOOK_S)(record)
        return True
    if look.status is Status.FAILED:
        st.error(literal(look.message), icon=":material/info:")
        if record.upload and Path(record.source).exists():
            _offer_to_go_on(record)
    elif look.status is Status.INTERRUPTED:
        st.warning(tr("The process that read the pictures is gone. What it had read is kept."))
        _offer_to_go_on(record)
    else:
        state.select(intake=None)
    return False


def _offer_to_go_on(record: Intake) -> None:
    st.button(tr("Go on"), key="go_on", icon=":material/play_arrow:", on_click=_go_on, args=(record.id,))


def _chosen() -> Intake | None:
    id = state.selected("intake")
    if not id:
        return None
    try:
        return intake_records.load(state.workspace(), id)
    except WorkspaceError:
        # Of days ago, or a link that is cut short: nothing is lost with it.
        state.select(intake=None)
        return None


def _watch(record: Intake) -> None:
    # A fragment that looks again by itself is called by Streamlit, not by the page and its guard.
    with messages.guarded():
        look = intake_jobs.look(state.workspace(), record)
        if look.status.final:
            st.rerun()
        st.progress(look.done / max(1, look.total), words(look))
        st.button(tr("Stop"), key="stop_intake", icon=":material/stop:", on_click=_stop, args=(record.id,))


def words(look: Look) -> str:
    """What stands over the bar."""
    if look.status is Status.QUEUED:
        return tr("Waiting for the engine: it starts, or takes in other pictures first.")
    taken = tr("{done:,} of {total:,} files", done=look.done, total=look.total)
    if look.per_s is None:
        return taken
    left_s = (look.total - look.done) / look.per_s
    # Translators: so many files
    pace = tr("{pace} a second", pace=number(look.per_s, ",.0f" if look.per_s >= 10 else ".2g"))
    return " · ".join([taken, pace, tr("about {time} left", time=seconds_words(left_s))])


@told
def _stop(id: str) -> None:
    intake_jobs.stop(state.workspace(), intake_records.load(state.workspace(), id))


@told
def _go_on(id: str) -> None:
    record = intake_records.load(state.workspace(), id)
    intake_jobs.again(state.workspace(), record, owner=state.owner())
