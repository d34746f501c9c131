"""Data in, Plotly figures out. Frozen is ice blue, trained is ember, everywhere.

Names come from people's folders: Plotly renders HTML in them, so each passes through ``plain``.
"""

import html
from collections.abc import Sequence

import plotly.graph_objects as go

from tlcore.datasets import Dataset, Split
from tlcore.words import number, tr

ICE = "#2E8FC7"
EMBER = "#E8590C"
GREY = "#8A94A0"

# Downwards. Plotly would take classes called 1, 2, 10 for numbers, and place and order them as such.
DOWNWARDS = {"type": "category", "autorange": "reversed"}

Names = Sequence[str]


def plain(text: str, most: int = 24) -> str:
    """A user's text as Plotly shows it literally, shortened."""
    return html.escape(text if len(text) <= most else text[: most - 1] + "…", quote=False)


def figure_of(height_px: int, **layout: object) -> go.Figure:
    # The signs of numbers, decimals first: Plotly writes those of axes and labels itself.
    signs = f"{number(0.5, '.1f')[1]}{number(1000, ',')[1]}"
    if signs != ".,":
        layout["separators"] = signs
    # All at once: laid out again, a figure takes several times as long to make.
    return go.Figure(
        layout={
            "height": height_px,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "dragmode": False,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
            **layout,
        }
    )


def stroked(shape: str) -> dict[str, object]:
    """White strokes over the colour, so that no meaning is carried by colour alone."""
    return {
        "shape": shape,
        "fillmode": "overlay",
        "fgcolor": "rgba(255,255,255,0.6)",
        "size": 6,
        "solidity": 0.25,
    }


def class_counts(dataset: Dataset) -> go.Figure:
    """Pictures per class, by split."""
    counts = dataset.counts()
    names = distinct(dataset.classes)
    figure = figure_of(
        110 + 30 * len(names), barmode="stack", yaxis=DOWNWARDS, xaxis={"title": tr("Pictures")}
    )
    for split, title, colour, pattern in (
        (Split.TRAIN, tr("Training"), EMBER, ""),
        (Split.VAL, tr("Validation"), ICE, "/"),
        (Split.TEST, tr("Test"), GREY, "x"),
    ):
        values = [counts[name][split] for name in dataset.classes]
        if any(values):
            figure.add_bar(
                name=title,
                y=names,
                x=values,
                orientation="h",
                hovertemplate="%{x}",
                marker={"color": colour, "pattern": stroked(pattern)},
            )
    return figure


def probabilities(ranked: Sequence[tuple[str, float]]) -> go.Figure:
    """One bar per class, the likeliest at the top."""
    figure = figure_of(
        40 + 34 * len(ranked),
        showlegend=False,
        yaxis=DOWNWARDS,
        xaxis={"range": [0, 1.08], "tickformat": ".0%", "visible": False},
    )
    names = distinct([name for name, _ in ranked])
    values = [value for _, value in ranked]
    figure.add_bar(
        y=names,
        x=values,
        orientation="h",
        text=[number(value, ".1%") for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.2%}<extra></extra>",
        marker={"color": [ICE] + [GREY] * (len(values) - 1)},
    )
    return figure


def distinct(names: Names) -> list[str]:
    """Names for an axis, where two that are alike after shortening would become one."""
    shown = [plain(name) for name in names]
    return [name if shown.count(name) == 1 else f"{name} ({i + 1})" for i, name in enumerate(shown)]
