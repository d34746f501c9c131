"""Accuracy and loss over the epochs of a run, before the curves of earlier ones."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from tlcore.plots import EMBER, GREY, ICE, figure_of, plain
from tlcore.runs import Event, Progress
from tlcore.words import mark, number, tr

ROOM = 1.08

TITLES = {"accuracy": mark("Accuracy"), "loss": mark("Loss")}
"""Of the metrics, by their keys."""


@dataclass(frozen=True)
class Ghost:
    """An earlier run, to be seen behind the present one."""

    name: str
    epochs: tuple[Event, ...]


def phase_ends(epochs: Sequence[Event]) -> list[int]:
    """The last epoch of each phase but the last, which may end before its number of epochs."""
    return [
        before["epoch"] for before, after in itertools.pairwise(epochs) if before["phase"] != after["phase"]
    ]


def curves(progress: Progress, metric: str, ghosts: Sequence[Ghost] = ()) -> go.Figure:
    """Training and validation over the epochs; ``metric`` is ``accuracy`` or ``loss``.

    The axes are those of the present run: an earlier one that was longer, or worse, leaves the picture.
    """
    epochs = progress.epochs
    figure = figure_of(
        300,
        hovermode="x unified",
        uirevision=metric,
        xaxis={"title": tr("Epoch"), "tickformat": "d", "range": [0, _last(progress) + 0.5]},
        yaxis={"title": tr(TITLES[metric]), "range": _range(epochs, metric)}
        | {"tickformat": ".0%" if metric == "accuracy" else ".2f"},
    )
    for place, ghost in enumerate(ghosts):
        _add_ghost(figure, ghost, metric, first=place == 0)
    _add_lines(figure, epochs, metric)
    _mark_epochs(figure, progress, metric)
    for phase, end in enumerate(phase_ends(epochs), start=2):
        figure.add_vline(
            x=end + 0.5,
            line={"color": GREY, "dash": "dot"},
            annotation={"text": tr("Phase {number}", number=phase), "font": {"color": GREY, "size": 11}},
            # Where the curves are not: accuracy ends high, loss low.
            annotation_position="bottom right" if metric == "accuracy" else "top right",
        )
    return figure


def _last(progress: Progress) -> int:
    """The right end: what is still to come while it trains, so that the curves grow into their frame."""
    done = progress.epochs[-1]["epoch"] if progress.epochs else 1
    return int(done) if progress.status.final else max(int(done), progress.epochs_total)


def _range(epochs: Sequence[Event], metric: str) -> list[float] | None:
    if metric == "accuracy":
        return [0, 1.02]
    values = [float(event[key]) for event in epochs for key in (metric, f"val_{metric}")]
    return [0, (max(values) or 1.0) * ROOM] if values else None


def _add_lines(figure: go.Figure, epochs: Sequence[Event], metric: str) -> None:
    # Runs of earlier versions did not tell the rate.
    rates = [number(event["learning_rate"], ".3g") if "learning_rate" in event else "" for event in epochs]
    rate = tr("Learning rate {rate}", rate="%{customdata}")
    told = f"<br>{rate}" if metric == "loss" and any(rates) else ""
    for name, key, colour, dash, symbol, more in (
        (tr("Training"), metric, EMBER, "solid", "circle", told),
        (tr("Validation"), f"val_{metric}", ICE, "dash", "diamond", ""),
    ):
        figure.add_scatter(
            name=name,
            x=[event["epoch"] for event in epochs],
            y=[event[key] for event in epochs],
            customdata=rates,
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2.5},
            marker={"symbol": symbol, "size": 6},
            hovertemplate=f"%{{y}}{more}",
        )


def _add_ghost(figure: go.Figure, ghost: Ghost, metric: str, *, first: bool) -> None:
    """Its validation alone, thin and grey; all of them are one entry of the legend."""
    figure.add_scatter(
        name=tr("Earlier runs"),
        legendgroup="earlier",
        showlegend=first,
        x=[event["epoch"] for event in ghost.epochs],
        y=[event[f"val_{metric}"] for event in ghost.epochs],
        mode="lines",
        line={"color": GREY, "width": 1.5, "dash": "dash"},
        opacity=0.6,
        hovertemplate=f"%{{y}} · {plain(ghost.name, 32)}<extra></extra>",
    )


def _mark_epochs(figure: go.Figure, progress: Progress, metric: str) -> None:
    """A ring around the best epoch, a star on those whose weights early stopping kept."""
    best = [progress.best] if progress.best is not None else []
    kept = [event for event in progress.epochs if event["epoch"] in progress.kept]
    for name, chosen, marker in (
        (tr("Best"), best, {"symbol": "circle-open", "size": 15, "color": ICE, "line": {"width": 2.5}}),
        (
            # Translators: the epoch whose weights were kept.
            tr("Kept"),
            kept,
            {"symbol": "star", "size": 14, "color": ICE, "line": {"width": 1, "color": "white"}},
        ),
    ):
        if chosen:
            figure.add_scatter(
                name=name,
                x=[event["epoch"] for event in chosen],
                y=[event[f"val_{metric}"] for event in chosen],
                mode="markers",
                marker=marker,
                hoverinfo="skip",
            )
