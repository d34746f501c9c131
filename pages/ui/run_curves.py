"""The curves of a run and the figures above them."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.ui.messages import keep_view, literal
from pages.ui.numbers import count_words, percent
from tlcore import curves, measures, vitals, watching, words
from tlcore.curves import Ghost
from tlcore.datasets import Split
from tlcore.numbers import written_out
from tlcore.runs import Event, Progress, Run
from tlcore.words import mark, tr

GHOSTS = 3
ALTS = {
    "accuracy": mark("Accuracy of training and validation over {epochs} epochs"),
    "loss": mark("Loss of training and validation over {epochs} epochs"),
}
Others = list[tuple[Run, list[Event]]]


def show(run: Run, look: watching.Look, others: Others) -> None:
    """``others``: earlier runs on the same pictures, the newest first."""
    progress = look.progress
    _figures(run, look)
    notes = (_kept(progress.kept), _rate(progress), _features(run, look, others), _times(progress))
    st.caption(" ".join(sentence for sentence in notes if sentence))
    ghosts = _ghosts(others[:GHOSTS])
    for column, (metric, alt) in zip(st.columns(2), ALTS.items(), strict=True):
        with column:
            st.plotly_chart(
                _figure(run.id, metric, _state(progress), ghosts[0], progress, ghosts[1]),
                key=f"curve_{metric}_{run.id}",
                config={"displayModeBar": False},
                alt=tr(alt, epochs=len(progress.epochs)),
            )


def _state(progress: Progress) -> tuple[Any, ...]:
    """What a figure depends on: a chart that gets the same figure keeps what is hovered in it."""
    return (
        len(progress.epochs),
        str(progress.epochs[-1].get("at")),
        progress.kept,
        progress.epochs_total,
        progress.status.final,
        words.language(),
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _figure(
    run_id: str,
    metric: str,
    state: tuple[Any, ...],
    behind: tuple[Any, ...],
    _progress: Progress,
    _ghosts: Sequence[Ghost],
) -> Any:
    return curves.curves(_progress, metric, _ghosts)


def _ghosts(others: Others) -> tuple[tuple[Any, ...], tuple[Ghost, ...]]:
    """What tells them apart, and themselves; none when they are switched off."""
    if not others or not st.toggle(
        tr("Earlier runs"),
        value=True,
        key="earlier_runs",
        on_change=keep_view,
        help=tr("The validation of the latest runs on the same pictures, in grey behind the curves."),
    ):
        return (), ()
    return tuple((run.id, run.name, len(events)) for run, events in others), watching.ghosts(others)


def _figures(run: Run, look: watching.Look) -> None:
    progress = look.progress
    last, best = progress.epochs[-1], progress.best
    seconds = progress.final.get("seconds", {})
    # Early stopping may have kept another epoch than the last.
    judged = progress.final.get("val_accuracy")
    with st.container(horizontal=True):
        st.metric(
            tr("Validation accuracy"),
            percent(last["val_accuracy"] if judged is None else judged),
            border=True,
        )
        st.metric(tr("Training accuracy"), percent(last["accuracy"]), border=True)
        if best is not None:
            st.metric(tr("Best epoch"), f"{best['epoch']} ({percent(best['val_accuracy'])})", border=True)
        if run.several_labels and (exact := measures.shares(run, progress).get(Split.VAL)) is not None:
            # Of several labels the accuracy is that of single answers, most of which are right by themselves.
            st.metric(
                tr(measures.EXACT_MATCH),
                percent(exact),
                border=True,
                help=tr(measures.HELP[measures.EXACT_MATCH]),
            )
        _trained(look.events)
        if seconds.get("total"):
            st.metric(tr("Took"), f"{words.number(seconds['total'], '.1f')} s", border=True)


def _trained(events: Sequence[Event]) -> None:
    share = vitals.share(events)
    if share is not None and share.part is not None and share.total is not None:
        st.metric(
            tr("Trained share"),
            percent(share.part),
            border=True,
            help=tr(
                "{trained} of {parameters} parameters learn; the others are frozen.",
                trained=count_words(share.trained),
                parameters=count_words(share.total),
            ),
        )


def _kept(epochs: Sequence[int]) -> str:
    if not epochs:
        return ""
    return tr("Kept epoch {epoch}: its validation loss was the lowest of its phase.", epoch=epochs[-1])


def _rate(progress: Progress) -> str:
    rate = progress.epochs[-1].get("learning_rate")
    if rate is None or progress.status.final:
        return ""
    return tr("Learning rate {rate}.", rate=written_out(float(f"{rate:.3g}")))


def _features(run: Run, look: watching.Look, others: Others) -> str:
    """Whether the features had to be computed, and else who had."""
    keys = vitals.reused(look.events)
    if keys is None:
        seconds = look.progress.final.get("seconds", {}).get("features")
        return "" if seconds is None else tr("Computing features took {seconds:.1f} s.", seconds=seconds)
    maker = _maker(run.id, keys, others)
    if not maker:
        return tr("The features were there already, from an earlier run.")
    return tr("The features were there already, from {run}.", run=literal(maker))


@st.cache_data(max_entries=64, show_spinner=False)
def _maker(run_id: str, keys: tuple[str, ...], _others: Others) -> str | None:
    found = vitals.maker(keys, _others)
    return found.name if found else None


def _times(progress: Progress) -> str:
    seconds = progress.final.get("seconds", {})
    return tr("Training took {seconds:.1f} s.", seconds=seconds["training"]) if seconds.get("total") else ""
