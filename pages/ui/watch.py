"""A run as it trains: progress, curves, the stop."""

import streamlit as st

from pages.ui import guide, state
from pages.ui.messages import guarded, literal, told
from pages.ui.numbers import percent, seconds_words
from tlcore import jobs, plots
from tlcore.runs import Progress, Run, Status

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
            words = "The model is as it was at the stop." if run.has_model else "It had not begun to learn."
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


def _curves(run: Run, progress: Progress) -> None:
    last, best = progress.epochs[-1], progress.best
    seconds = progress.final.get("seconds", {})
    with st.container(horizontal=True):
        st.metric("Validation accuracy", percent(last["val_accuracy"]), border=True)
        st.metric("Training accuracy", percent(last["accuracy"]), border=True)
        if best is not None:
            st.metric("Best epoch", f"{best['epoch']} ({percent(best['val_accuracy'])})", border=True)
        if seconds.get("total"):
            st.metric("Took", f"{seconds['total']:.1f} s", border=True)
    if seconds.get("total"):
        features = f"Computing features took {seconds['features']:.1f} s"
        if progress.final.get("features_reused"):
            features = "The features were there already from an earlier run"
        st.caption(f"{features}; training took {seconds['training']:.1f} s.")
    ends = [
        sum(phase.epochs for phase in run.recipe.phases[: i + 1]) for i in range(len(run.recipe.phases) - 1)
    ]
    for column, metric in zip(st.columns(2), ("accuracy", "loss"), strict=True):
        with column:
            st.plotly_chart(
                plots.curves(progress.epochs, metric, ends),
                key=f"curve_{metric}",
                config={"displayModeBar": False},
                alt=f"{metric.capitalize()} of training and validation over {len(progress.epochs)} epochs",
            )
