"""The state of a run in words, and the ways on from it."""

import functools

import streamlit as st

from pages.ui import session, state
from pages.ui.messages import literal, told
from pages.ui.numbers import seconds_words
from tlcore import curves, jobs, vitals
from tlcore.runs import Progress, Run, Status
from tlcore.watching import Look, Place
from tlcore.words import languages, mark, number, speaking, tr, trn

ICONS = {
    Status.QUEUED: ":material/schedule:",
    Status.PREPARING: ":material/ac_unit:",
    Status.TRAINING: ":material/local_fire_department:",
    Status.STOPPING: ":material/front_hand:",
    Status.STALLED: ":material/hourglass_disabled:",
    Status.DONE: ":material/check_circle:",
    Status.STOPPED: ":material/stop_circle:",
    Status.FAILED: ":material/error:",
    Status.INTERRUPTED: ":material/link_off:",
}
SENTENCES = {
    Status.QUEUED: mark("Waiting for its turn."),
    Status.PREPARING: mark("Computing what the frozen layers see in each picture. This happens once."),
    Status.TRAINING: "",
    Status.STOPPING: mark("Stopping after the batch under way."),
    Status.STALLED: mark("Nothing has been heard of its worker for a while."),
    Status.DONE: "",
    Status.STOPPED: "",
    Status.FAILED: mark("It failed."),
    Status.INTERRUPTED: mark("The process that trained it is gone."),
}
# As they begin a line, with the full stop.
HEADS = {
    Status.QUEUED: mark("Queued."),
    Status.PREPARING: mark("Preparing."),
    Status.TRAINING: mark("Training."),
    Status.STOPPING: mark("Stopping."),
    Status.STALLED: mark("Stalled."),
    Status.DONE: mark("Done."),
    Status.STOPPED: mark("Stopped."),
    Status.FAILED: mark("Failed."),
    Status.INTERRUPTED: mark("Interrupted."),
}
PLACES = (
    mark("Next in the queue"),
    mark("Second in the queue"),
    mark("Third in the queue"),
    mark("Fourth in the queue"),
    mark("Fifth in the queue"),
    mark("Sixth in the queue"),
    mark("Seventh in the queue"),
    mark("Eighth in the queue"),
    mark("Ninth in the queue"),
    mark("Tenth in the queue"),
)
MOST_MORE = 500
TROUBLED = (Status.FAILED, Status.INTERRUPTED, Status.STALLED)


def show(run: Run, look: Look) -> None:
    status = look.progress.status
    words = f"**{tr(HEADS[status])}** {sentence(run, look)}"
    if status in TROUBLED:
        st.error(words, icon=ICONS[status])
    with st.container(horizontal=True, vertical_alignment="center"):
        if status not in TROUBLED:
            st.markdown(f"{ICONS[status]} {words}")
        ways_on(run, status)
    if not status.final:
        st.progress(look.progress.share, _pace(run, look))


def sentence(run: Run, look: Look) -> str:
    """Markdown; what people named is literal."""
    progress = look.progress
    if progress.status is Status.STOPPED:
        return _stopped(run, progress)
    if look.place is not None:
        return place_words(look.place)
    message = _without_state(progress)
    words = literal(message) or tr(SENTENCES[progress.status])
    if not progress.status.final and progress.time_left_s is not None:
        words += " " + tr("About {time} left.", time=seconds_words(progress.time_left_s))
    return words.strip()


def _without_state(progress: Progress) -> str:
    """The message of a run, before which its state stands; it is in the language of who started it."""
    message = progress.message
    for language in languages():
        with speaking(language):
            message = message.removeprefix(f"{tr(HEADS[progress.status])} ")
    return message


def place_words(place: Place) -> str:
    """Second in the queue: Run ab12 trains now."""
    if place.number <= len(PLACES):
        where = tr(PLACES[place.number - 1])
    else:
        where = tr("Number {place} in the queue", place=place.number)
    if not place.running:
        return f"{where}."
    names = functools.reduce(_and, (literal(name) for name in place.running))
    return trn(
        "{where}: {names} trains now.",
        "{where}: {names} train now.",
        len(place.running),
        where=where,
        names=names,
    )


def _and(names: str, name: str) -> str:
    return tr("{names} and {name}", names=names, name=name)


def _pace(run: Run, look: Look) -> str:
    """What stands over the bar."""
    progress, last = look.progress, look.events[-1] if look.events else {}
    if progress.epochs:
        words = tr("Epoch {epoch} of {epochs}", epoch=len(progress.epochs), epochs=progress.epochs_total)
    elif last.get("event") == "features":
        words = tr("{done:,} of {total:,} pictures", done=last["done"], total=last["total"])
    else:
        return ""
    pace = vitals.pictures_per_s(run, look.events)
    if pace is None or progress.status not in (Status.PREPARING, Status.TRAINING):
        return words
    a_second = tr("{pace} pictures a second", pace=number(pace, ",.0f" if pace >= 10 else ".2g"))
    return f"{words} · {a_second}"


def _stopped(run: Run, progress: Progress) -> str:
    if not run.has_model:
        return tr("It had not begun to learn.")
    if progress.kept and progress.kept[-1] > max(curves.phase_ends(progress.epochs), default=0):
        return tr("The model is that of the best epoch before the stop, {epoch}.", epoch=progress.kept[-1])
    return tr("The model is as it was at the stop.")


def ways_on(run: Run, status: Status) -> None:
    if status is Status.STALLED:
        st.button(tr("End the worker"), icon=":material/power_settings_new:", on_click=_kill, args=(run,))
    elif not status.final:
        stopping = status is Status.STOPPING
        st.button(tr("Stop"), icon=":material/stop:", on_click=_stop, args=(run,), disabled=stopping)
    elif status.resumable:
        st.button(tr("Resume"), icon=":material/resume:", on_click=_resume, args=(run,))
    else:
        _offer_more_epochs(run)


def _offer_more_epochs(run: Run) -> None:
    # A form: the number that was typed just before the click comes with it.
    with (
        st.form("extend", border=False, width="content"),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        st.number_input(tr("More epochs"), 1, MOST_MORE, 5, key="more_epochs", width=130)
        st.form_submit_button(tr("Train on"), icon=":material/resume:", on_click=_extend, args=(run,))


@told
def _stop(run: Run) -> None:
    jobs.stop(state.workspace(), run)


@told
def _kill(run: Run) -> None:
    jobs.kill(state.workspace(), run)


@told
def _resume(run: Run) -> None:
    jobs.resume(state.workspace(), run, owner=state.owner())


@told
def _extend(run: Run) -> None:
    jobs.extend(state.workspace(), run, session.entered("more_epochs"), owner=state.owner())
