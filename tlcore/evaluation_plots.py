"""Plotly figures of an evaluation: confusion matrix, ROC and precision-recall curves, reliability."""

from collections.abc import Sequence

import plotly.graph_objects as go

from tlcore.calibration import Calibration
from tlcore.class_curves import Curve
from tlcore.evaluation import SplitEvaluation
from tlcore.intervals import wilson
from tlcore.plots import DOWNWARDS, GREY, ICE, Names, distinct, figure_of, plain
from tlcore.words import number, tr

# Opaque at both ends: the figures in the cells are readable on a light and on a dark page.
ICE_SCALE = ((0.0, "#E6F1F8"), (1.0, "#17699C"))
_DARK, _LIGHT = "#000000", "#FFFFFF"
# Of the pictures of a class: from here on dark figures in a cell would be harder to read than light ones.
_LIGHT_FROM = 0.86

# With more classes there is no room for figures in the cells, and only those that hold pictures can be hit.
_MOST_WITH_NUMBERS = 25
_CELL_PX = range(9, 45)
_MATRIX_PX = 640
# More lines behind the chosen one would be a grey area.
_MOST_OTHERS = 30

Cell = tuple[int | None, int | None]
"""True and predicted class; None is any."""


def confusion(
    classes: Names, result: SplitEvaluation, *, shares: bool = False, chosen: Cell = (None, None)
) -> go.Figure:
    """True class (rows) against predicted class (columns), shaded by the shares of the row.

    A heatmap reports no clicks: the points over it do, each with (true, predicted) as its custom data.
    """
    names = distinct(classes)
    cell_px = max(_CELL_PX.start, min(_CELL_PX.stop - 1, _MATRIX_PX // len(names)))
    font = {"size": max(7, min(13, cell_px - 2))}
    by_row = [[count / max(1, sum(row)) for count in row] for row in result.confusion]
    figure = figure_of(
        120 + cell_px * len(names),
        # The next point is the one of the cell that is pointed at.
        hoverdistance=-1 if has_numbers(names) else cell_px,
        showlegend=False,
        # Translators: the class that was predicted, and the true one.
        xaxis={"title": tr("Predicted"), "side": "bottom", "constrain": "domain", "type": "category"}
        | {"showgrid": False, "tickfont": font, "dtick": 1},
        yaxis={"title": tr("True"), "showgrid": False, "tickfont": font, "dtick": 1, **DOWNWARDS},
    )
    gap = 2 if has_numbers(names) else 0
    figure.add_heatmap(
        x=names,
        y=names,
        # Among many classes a single mistake would be too pale to be seen.
        z=by_row if has_numbers(names) else [[share**0.5 for share in row] for row in by_row],
        zmin=0,
        zmax=1,
        colorscale=ICE_SCALE,
        showscale=False,
        xgap=gap,
        ygap=gap,
        hoverinfo="skip",
    )
    _add_points(figure, names, result.confusion, by_row, cell_px, shares)
    if chosen != (None, None):
        (y0, y1), (x0, x1) = (_ends(label, len(names)) for label in chosen)
        figure.add_shape(
            type="rect", x0=x0, x1=x1, y0=y0, y1=y1, line={"color": _DARK, "width": 3}, layer="above"
        )
    return figure


def has_numbers(classes: Names) -> bool:
    """Whether the cells of a confusion matrix of these are large enough."""
    return len(classes) <= _MOST_WITH_NUMBERS


def figure_colour(share: float) -> str:
    """Of the figure in a cell with this share of its row: the one that can be read on its ground."""
    return _LIGHT if share > _LIGHT_FROM else _DARK


def _ends(label: int | None, classes: int) -> tuple[float, float]:
    """Of a row or column, on an axis of classes; of all of them for None."""
    return (-0.5, classes - 0.5) if label is None else (label - 0.5, label + 0.5)


def _add_points(
    figure: go.Figure,
    names: Names,
    counts: Sequence[Sequence[int]],
    by_row: Sequence[Sequence[float]],
    cell_px: int,
    shares: bool,
) -> None:
    """What can be pointed at, and what stands in the cells where there is room for it."""
    roomy = has_numbers(names)
    cells = [
        (true, said, count, by_row[true][said])
        for true, row in enumerate(counts)
        for said, count in enumerate(row)
        if count or roomy
    ]
    colours = [figure_colour(share) for *_, share in cells]
    unseen = {"marker": {"opacity": 0}}
    told = tr("{pictures} of {true} called {said}", pictures="%{customdata[2]}", true="%{y}", said="%{x}")
    figure.add_scatter(
        x=[names[said] for _, said, *_ in cells],
        y=[names[true] for true, *_ in cells],
        mode="markers+text" if roomy else "markers",
        # Smaller than a cell: where two points overlap the last one drawn would be hit.
        marker={"symbol": "square", "size": round(cell_px * 0.6), "opacity": 0},
        selected=unseen,
        unselected=unseen,
        text=[number(share, ".0%") if shares else f"{count}" for *_, count, share in cells]
        if roomy
        else None,
        textposition="middle center",
        textfont={"color": colours, "size": max(9, min(14, cell_px // 2))},
        customdata=[[true, said, f"{count} ({number(share, '.0%')})"] for true, said, count, share in cells],
        hovertemplate=f"{told}<extra></extra>",
    )


def roc(classes: Names, curves: Sequence[Curve | None], chosen: int) -> go.Figure:
    """True against false positive rate: the chosen class before the others."""
    figure = _curves_figure(tr("Others taken for it"), tr("Found"))
    _add_guess(figure, [0, 1], [0, 1])
    _add_curves(figure, classes, curves, chosen, "linear", "AUC")
    return figure


def precision_recall(classes: Names, curves: Sequence[Curve | None], chosen: int, share: float) -> go.Figure:
    """Precision against recall; ``share``: of the pictures that are of the chosen class, as by guessing."""
    figure = _curves_figure(tr("Found (recall)"), tr("Right among the finds (precision)"))
    _add_guess(figure, [0, 1], [share, share])
    _add_curves(figure, classes, curves, chosen, "hv", "AP")
    return figure


def _curves_figure(x: str, y: str) -> go.Figure:
    axis = {"range": [-0.02, 1.02], "tickformat": ".0%"}
    return figure_of(340, showlegend=False, xaxis={"title": x, **axis}, yaxis={"title": y, **axis})


def _add_guess(figure: go.Figure, x: list[float], y: list[float]) -> None:
    figure.add_scatter(
        x=x, y=y, mode="lines", line={"color": GREY, "dash": "dot", "width": 1}, hoverinfo="skip"
    )


def _add_curves(
    figure: go.Figure, classes: Names, curves: Sequence[Curve | None], chosen: int, shape: str, area: str
) -> None:
    drawn = [label for label, curve in enumerate(curves) if curve is not None]
    others = [label for label in drawn if label != chosen][:_MOST_OTHERS]
    mine = [label for label in drawn if label == chosen]
    # The chosen one last, over the others.
    for labels, width, colour, opacity in ((others, 1, GREY, 0.45), (mine, 3, ICE, 1.0)):
        named = [(classes[label], curve) for label in labels if (curve := curves[label])]
        if named:
            line = {"shape": shape, "color": colour, "width": width}
            _add_lines(figure, named, area, line=line, opacity=opacity)


def _add_lines(figure: go.Figure, named: Sequence[tuple[str, Curve]], area: str, **look: object) -> None:
    """As one trace with gaps: a browser takes as long for each trace as for hundreds of points."""
    figure.add_scatter(
        x=[x for _, curve in named for x in (*curve.x, None)],
        y=[y for _, curve in named for y in (*curve.y, None)],
        text=[
            text
            for name, curve in named
            for text in [f"{plain(name)}, {area} {number(curve.area, '.1%')}"] * (len(curve.x) + 1)
        ],
        mode="lines",
        hovertemplate="%{text}<br>%{x:.0%}, %{y:.0%}<extra></extra>",
        **look,
    )


def reliability(calibration: Calibration) -> go.Figure:
    """How often came true what was said with each probability, over how often that was said."""
    said, true, counts = zip(*calibration.points, strict=True)
    figure = figure_of(
        380,
        showlegend=False,
        xaxis={"title": tr("Said"), "range": [-0.02, 1.02], "tickformat": ".0%", "anchor": "y2"},
        yaxis={"title": tr("Came true"), "range": [-0.02, 1.04], "tickformat": ".0%", "domain": [0.34, 1]},
        yaxis2={"title": tr("Times"), "domain": [0, 0.24], "rangemode": "tozero"},
    )
    _add_guess(figure, [0, 1], [0, 1])
    told = tr("said {said}, came true {true}", said="%{x:.0%}", true="%{y:.0%}")
    times, tall = (tr("{count} times", count=count) for count in ("%{customdata[0]}", "%{y}"))
    ends = [wilson(round(share * count), count) for share, count in zip(true, counts, strict=True)]
    figure.add_scatter(
        x=said,
        y=true,
        mode="lines+markers",
        line={"color": ICE, "width": 2},
        marker={"size": 9},
        # How well a share is known that was counted on so few.
        error_y={
            "array": [high - share for share, (_, high) in zip(true, ends, strict=True)],
            "arrayminus": [share - low for share, (low, _) in zip(true, ends, strict=True)],
            "color": GREY,
            "thickness": 1,
        },
        customdata=[[count] for count in counts],
        hovertemplate=f"{told}<br>{times}<extra></extra>",
    )
    figure.add_bar(
        x=[(bin.low + bin.high) / 2 for bin in calibration.bins],
        y=[bin.count for bin in calibration.bins],
        width=0.09,
        yaxis="y2",
        marker={"color": GREY},
        text=[bin.count or "" for bin in calibration.bins],
        hovertemplate=f"{tall}<extra></extra>",
    )
    return figure
