"""A run as it trains: progress, curves, the stop."""

import itertools
from collections.abc import Sequence

import streamlit as st

from pages.ui import guide, state
from pages.ui.messages import guarded, literal, told
from pages.ui.numbers import percent, seconds_words
from tlcore import jobs, measures, plots
from tlcore.datasets import Split
from tlcore.runs import Event, Progress, Run, Status

ICONS = {
    Status.QUEUED: ":material/schedule:",
    Status.PREPARING: ":material/ac_unit:",
    Status.TRAINING: ":material/local_fire_department:",
    Status.STOPPING: ":material/front_hand:",
    Status.DONE: ":material/check_circle:",
    Status.STOPPED: ":material/stop_circle:",
    Status.FAILED: ":material/error:",
    Status.INTERRUPTED: ":material/link_off:",
}
SENTENCES = {
    Status.QUEUED: "Waiting for its turn.",
    Status.PREPARING: "Computing what the frozen layers see in each picture. This happens once.",
    Status.TRAINING: "",
    Status.STOPPING: "Stopping after the batch under way.",
    Status.DONE: "",
    Status.STOPPED: "",
    Status.FAILED: "It failed.",
    Status.INTERRUPTED: "Interrupted: the process that trained it is gone. Start the training again.",
}


def watch(run: Run) -> None:
    """Draws the run; while it is under way it looks again every second, and stops looking when it ends."""
    under_way = not jobs.progress(state.workspace(), run).status.final
    st.fragment(_draw, run_every=1.0 if under_way else None)(run, under_way)


def _draw(run: Run, under_way: bool) -> None:
    # A fragment that looks again by itself is called by Streamlit, not by the page and its guard.
    with guarded():
        _show(run, under_way)


@told
def _stop(run: Run) -> None:
    jobs.stop(state.workspace(), run)


def _show(run: Run, under_way: bool) -> None:
    progress = jobs.progress(state.workspace(), run)
    if under_way and progress.status.final:
        # The whole page once more: it no longer has to look every second, and its links are ready.
        st.rerun()
    guide.headline(run)
    _status(run, progress)
    if progress.epochs:
        _curves(run, progress)
    if progress.status.final and run.has_model:
        with st.container(horizontal=True):
            guide.link("See what it got wrong", "understand/evaluate.py", ":material/analytics:")
            guide.link("Try it on a picture", "use/predict.py", ":material/center_focus_strong:")
            guide.link("Take it away", "use/export.py", ":material/download:")


def _status(run: Run, progress: Progress) -> None:
    status = progress.status
    words = literal(progress.message) or SENTENCES[status]
    if status is Status.FAILED or status is Status.INTERRUPTED:
        st.error(words, icon=ICONS[status])
        return
    left = ""
    if not status.final and progress.time_left_s is not None:
        left = f" About {seconds_words(progress.time_left_s)} left."
    with st.container(horizontal=True, vertical_alignment="center"):
        if status is Status.STOPPED:
            words = _stopped(run, progress)
        st.markdown(f"{ICONS[status]} **{status.value.capitalize()}.** {words}{left}")
        if not status.final:
            st.button(
                "Stop",
                icon=":material/stop:",
                disabled=status is Status.STOPPING,
                on_click=_stop,
                args=(run,),
            )
    if not status.final:
        done = f"Epoch {len(progress.epochs)} of {progress.epochs_total}"
        epoch = done if progress.epochs else words
        st.progress(progress.share, epoch)


def _stopped(run: Run, progress: Progress) -> str:
    if not run.has_model:
        return "It had not begun to learn."
    if progress.kept and progress.kept[-1] > max(phase_ends(progress.epochs), default=0):
        return f"The model is that of the best epoch before the stop, {progress.kept[-1]}."
    return "The model is as it was at the stop."


def _curves(run: Run, progress: Progress) -> None:
    _figures(run, progress)
    kept = list(progress.kept)
    st.caption(
        " ".join(sentence for sentence in (_kept(kept), _rate(progress), _times(progress)) if sentence)
    )
    for column, metric in zip(st.columns(2), ("accuracy", "loss"), strict=True):
        with column:
            st.plotly_chart(
                plots.curves(progress.epochs, metric, phase_ends(progress.epochs), kept),
                key=f"curve_{metric}",
                config={"displayModeBar": False},
                alt=f"{metric.capitalize()} of training and validation over {len(progress.epochs)} epochs",
            )


def phase_ends(epochs: Sequence[Event]) -> list[int]:
    """The last epoch of each phase but the last, which may end before its number of epochs."""
    return [
        before["epoch"] for before, after in itertools.pairwise(epochs) if before["phase"] != after["phase"]
    ]


def _figures(run: Run, progress: Progress) -> None:
    last, best = progress.epochs[-1], progress.best
    seconds = progress.final.get("seconds", {})
    # Early stopping may have kept another epoch than the last.
    judged = progress.final.get("val_accuracy")
    with st.container(horizontal=True):
        st.metric(
            "Validation accuracy", percent(last["val_accuracy"] if judged is None else judged), border=True
        )
        st.metric("Training accuracy", percent(last["accuracy"]), border=True)
        if best is not None:
            st.metric("Best epoch", f"{best['epoch']} ({percent(best['val_accuracy'])})", border=True)
        if run.several_labels and (exact := measures.shares(run, progress).get(Split.VAL)) is not None:
            # Of several labels the accuracy is that of single answers, most of which are right by themselves.
            st.metric(
                measures.EXACT_MATCH, percent(exact), border=True, help=measures.HELP[measures.EXACT_MATCH]
            )
        if seconds.get("total"):
            st.metric("Took", f"{seconds['total']:.1f} s", border=True)


def _kept(epochs: list[int]) -> str:
    if not epochs:
        return ""
    return f"Kept epoch {epochs[-1]}: its validation loss was the lowest of its phase."


def _rate(progress: Progress) -> str:
    rate = progress.epochs[-1].get("learning_rate")
    return f"Learning rate {rate:.3g}." if rate is not None and not progress.status.final else ""


def _times(progress: Progress) -> str:
    seconds = progress.final.get("seconds", {})
    if not seconds.get("total"):
        return ""
    features = f"Computing features took {seconds['features']:.1f} s"
    if progress.final.get("features_reused"):
        features = "The features were there already from an earlier run"
    return f"{features}; training took {seconds['training']:.1f} s."
