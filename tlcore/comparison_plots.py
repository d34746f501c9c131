"""Plotly figures of several runs: their curves laid over each other, and accuracy against what it costs.

Each run has a letter, a colour, a dash and a symbol, the same in every figure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from tlcore import pareto
from tlcore.comparing import Share
from tlcore.curves import ROOM, TITLES, phase_ends
from tlcore.plots import GREY, figure_of, plain
from tlcore.runs import Event
from tlcore.words import tr

_NAME_LENGTH = 32
_DIMMED = 0.35
# Where one costs so many times as much as another, the cheap ones would lie on each other.
_LOG_FROM = 20


@dataclass(frozen=True)
class Style:
    letter: str
    colour: str
    dash: str
    symbol: str


# Apart for people who see no red or green, and on a light and a dark page; not ice and ember, which mean
# something here.
STYLES = (
    Style("A", "#7B5BD6", "solid", "circle"),
    Style("B", "#1B9E77", "dash", "diamond"),
    Style("C", "#D6418C", "dot", "square"),
    Style("D", "#B7791F", "dashdot", "triangle-up"),
    Style("E", "#2B7FB8", "longdash", "cross"),
    Style("F", "#C0392B", "longdashdot", "x"),
)


@dataclass(frozen=True)
class Line:
    """The epochs of a run."""

    place: int
    """Of its style."""
    name: str
    epochs: tuple[Event, ...]


@dataclass(frozen=True)
class Point:
    """What a run gives and costs."""

    place: int
    name: str
    share: Share
    cost: float


def curves(lines: Sequence[Line], metric: str, *, training: bool = False) -> go.Figure:
    """Validation over the epochs of each run; ``training``: that too, thin. ``metric``: accuracy or loss."""
    last = max((line.epochs[-1]["epoch"] for line in lines if line.epochs), default=1)
    figure = figure_of(
        340,
        hovermode="x unified",
        uirevision=metric,
        xaxis={"title": tr("Epoch"), "tickformat": "d", "range": [0, last + 0.5]},
        yaxis={"title": tr(TITLES[metric]), "range": _range(lines, metric, training)}
        | {"tickformat": ".0%" if metric == "accuracy" else ".2f"},
    )
    for line in lines:
        _add_line(figure, line, f"val_{metric}")
        if training:
            _add_line(figure, line, metric, thin=True)
    return figure


def _range(lines: Sequence[Line], metric: str, training: bool) -> list[float] | None:
    if metric == "accuracy":
        return [0, 1.02]
    keys = (f"val_{metric}", metric)[: 2 if training else 1]
    values = [float(event[key]) for line in lines for event in line.epochs for key in keys]
    return [0, (max(values) or 1.0) * ROOM] if values else None


def _add_line(figure: go.Figure, line: Line, key: str, *, thin: bool = False) -> None:
    style = STYLES[line.place]
    ends = {*phase_ends(line.epochs)}
    name = f"{style.letter} · {plain(line.name, _NAME_LENGTH)}"
    figure.add_scatter(
        name=tr("{run}, training", run=name) if thin else name,
        x=[event["epoch"] for event in line.epochs],
        y=[event[key] for event in line.epochs],
        mode="lines" if thin else "lines+markers",
        line={"color": style.colour, "dash": style.dash, "width": 1 if thin else 2.5},
        opacity=0.7 if thin else 1.0,
        # A large mark where a phase ended, and at the end.
        marker={
            "symbol": style.symbol,
            "size": [
                11 if event["epoch"] in ends or event is line.epochs[-1] else 5 for event in line.epochs
            ],
        },
        hovertemplate="%{y}",
    )


def on_front(points: Sequence[Point]) -> list[bool]:
    """Of each run whether none that costs no more is as good, or better."""
    return pareto.front([point.cost for point in points], [point.share.value for point in points])


def trade(points: Sequence[Point], cost: str, measure: str, unit: str) -> go.Figure:
    """Accuracy, with its interval, over what it costs; ``cost`` and ``unit``: the axis' words.

    The runs on the Pareto front are joined, the others dimmed.
    """
    costs = [point.cost for point in points]
    wide = min(costs) > 0 and max(costs) / min(costs) >= _LOG_FROM
    figure = figure_of(
        360,
        xaxis={"title": f"{cost} ({unit})", "type": "log" if wide else "linear"}
        | {"range": _cost_range(costs, wide)},
        yaxis={"title": measure, "tickformat": ".0%", "range": [0, 1.02]},
    )
    best = on_front(points)
    front = sorted((point for point, on in zip(points, best, strict=True) if on), key=lambda one: one.cost)
    figure.add_scatter(
        name=tr("Pareto front"),
        x=[point.cost for point in front],
        y=[point.share.value for point in front],
        mode="lines",
        # What is dearer is no worse from there on, not in between.
        line={"color": GREY, "width": 1.5, "shape": "hv"},
        hoverinfo="skip",
    )
    for point, on in zip(points, best, strict=True):
        _add_point(figure, point, unit, on)
    return figure


def _cost_range(costs: Sequence[float], wide: bool) -> list[float]:
    if wide:
        return [math.log10(min(costs)) - 0.2, math.log10(max(costs)) + 0.2]
    return [0, (max(costs) or 1.0) * 1.15]


def _add_point(figure: go.Figure, point: Point, unit: str, on_front: bool) -> None:
    style, (low, high) = STYLES[point.place], point.share.interval
    name = f"{style.letter} · {plain(point.name, _NAME_LENGTH)}"
    interval = tr("{low:.0%}–{high:.0%}", low=low, high=high)
    figure.add_scatter(
        name=name,
        x=[point.cost],
        y=[point.share.value],
        mode="markers+text",
        text=[style.letter],
        textposition="top right",
        opacity=1.0 if on_front else _DIMMED,
        marker={"color": style.colour, "symbol": style.symbol, "size": 13},
        error_y={
            "array": [high - point.share.value],
            "arrayminus": [point.share.value - low],
            "color": style.colour,
            "thickness": 1.5,
        },
        hovertemplate=f"{name}<br>%{{y:.1%}} ({interval}), %{{x:.3~g}} {unit}<extra></extra>",
    )
