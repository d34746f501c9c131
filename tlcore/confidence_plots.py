"""The Plotly figure of the dial: how many pictures are answered against how many of the answers are right."""

from collections.abc import Mapping

import plotly.graph_objects as go

from tlcore.coverage import Coverage, Point
from tlcore.datasets import Split
from tlcore.plots import EMBER, GREY, ICE, figure_of
from tlcore.words import mark, tr

_NAMES = {Split.VAL: mark("Validation"), Split.TEST: mark("Test")}
_CHOSEN = {Split.VAL: mark("Validation, chosen"), Split.TEST: mark("Test, chosen")}
# Told apart by more than the colour.
_LINES = {Split.VAL: {"color": ICE, "width": 3}, Split.TEST: {"color": GREY, "width": 2, "dash": "dash"}}


def accuracy_coverage(coverages: Mapping[Split, Coverage], threshold: float) -> go.Figure:
    """Accuracy on what is answered over the share answered, of each side of the split; the threshold marked.

    The band is the Wilson interval of the validation pictures' accuracy.
    """
    figure = figure_of(
        360,
        xaxis={"title": tr("Answered"), "range": [-0.02, 1.02], "tickformat": ".0%"},
        yaxis={"title": tr("Right of these"), "tickformat": ".0%"},
    )
    for split, coverage in coverages.items():
        points = _distinct(coverage)
        if split is Split.VAL:
            _add_band(figure, points)
        figure.add_scatter(
            x=[point.share for point in points],
            y=[point.accuracy for point in points],
            mode="lines",
            name=tr(_NAMES[split]),
            line=_LINES[split],
            customdata=[_words(point) for point in points],
            hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
        )
    for split, coverage in coverages.items():
        _add_chosen(figure, split, coverage.at(threshold))
    return figure


def _distinct(coverage: Coverage) -> list[Point]:
    """Those that answer something; of several that answer the same pictures the first."""
    found = {point.answered: point for point in reversed(coverage.points) if point.answered}
    return list(found.values())


def _add_band(figure: go.Figure, points: list[Point]) -> None:
    ends = [(point.share, *point.accuracy_interval) for point in points if point.accuracy_interval]
    figure.add_scatter(
        x=[share for share, *_ in ends] + [share for share, *_ in reversed(ends)],
        y=[low for _, low, _ in ends] + [high for *_, high in reversed(ends)],
        mode="lines",
        fill="toself",
        line={"width": 0},
        fillcolor="rgba(46,143,199,0.18)",
        hoverinfo="skip",
        name=tr("Validation, 95% interval"),
    )


def _add_chosen(figure: go.Figure, split: Split, point: Point) -> None:
    if point.accuracy is None:
        return
    figure.add_scatter(
        x=[point.share],
        y=[point.accuracy],
        mode="markers",
        marker={
            "symbol": "diamond" if split is Split.VAL else "diamond-open",
            "size": 14,
            "color": EMBER,
            "line": {"width": 2},
        },
        customdata=[_words(point)],
        hovertemplate="%{customdata}<extra></extra>",
        name=tr(_CHOSEN[split]),
        showlegend=False,
    )


def _words(point: Point) -> str:
    return tr(
        "from {threshold:.0%}: answers {answered} of {pictures}, {right} right",
        threshold=point.threshold,
        answered=point.answered,
        pictures=point.pictures,
        right=point.right,
    )
