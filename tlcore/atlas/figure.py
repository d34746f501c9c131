"""The map as a Plotly figure: each class has a colour and a shape of its own, mistakes have rings."""

from collections.abc import Collection, Mapping

import numpy as np
import plotly.graph_objects as go

from tlcore import plots
from tlcore.atlas.asking import Charted
from tlcore.datasets import Split
from tlcore.words import mark, tr

# Translators: in the legend, with their number.
MISTAKES = mark("Mistake")

# Told apart by people who see colours otherwise, on white and on black: Observable's ten (ISC licence).
_COLOURS = (
    "#4269d0",
    "#efb118",
    "#ff725c",
    "#6cc5b0",
    "#a463f2",
    "#3ca951",
    "#ff8ab7",
    "#9c6b4e",
    "#97bbf5",
    "#9498a0",
)
# Around each point: some of the colours are too pale for a white page, some too dark for a black one.
OUTLINE = plots.GREY
_SHAPES = (
    "circle",
    "square",
    "diamond",
    "cross",
    "triangle-up",
    "x",
    "star",
    "triangle-down",
    "pentagon",
    "hourglass",
)
_SIDES = {Split.TRAIN: mark("training"), Split.VAL: mark("validation"), Split.TEST: mark("test")}
_HEIGHT_PX = 560
_LEGEND_PX = 120


def marks(label: int) -> tuple[str, str]:
    """The colour and the shape of a class; a hundred classes have a hundred pairs."""
    return _COLOURS[(label + label // len(_SHAPES)) % len(_COLOURS)], _SHAPES[label % len(_SHAPES)]


def draw(
    charted: Charted, rows: Collection[int], said: Mapping[int, str], marked: int | None = None
) -> go.Figure:
    """These rows of the dataset, one of them marked.

    ``said``: of pictures that were judged wrongly, what the model said. Each point has its row as
    ``customdata``.
    """
    dataset = charted.dataset
    figure = plots.figure_of(_HEIGHT_PX, hovermode="closest")
    figure.update_layout(
        dragmode="pan",
        margin={"l": 8, "r": 8, "t": 32, "b": 8},
        # Below the points and no higher than this: a longer one is scrolled.
        legend={
            "orientation": "h",
            "y": -0.11,
            "yanchor": "top",
            "itemsizing": "constant",
            "maxheight": _LEGEND_PX,
        },
        # Another choice of pictures leaves the part that was zoomed into.
        uirevision="map",
    )
    size = 9 if len(rows) <= 1000 else 5
    by_class: dict[int, list[int]] = {}
    for row in rows:
        by_class.setdefault(dataset.items[row].label, []).append(row)
    for label in sorted(by_class):
        colour, shape = marks(label)
        marker = {"color": colour, "symbol": shape, "size": size, "opacity": 0.85}
        marker |= {"line": {"color": OUTLINE, "width": 1}}
        _add(figure, charted, by_class[label], said, plots.plain(dataset.classes[label]), marker)
    wrong = [row for row in rows if row in said]
    if wrong:
        ring = {"color": plots.EMBER, "symbol": "circle-open", "size": size + 8, "line": {"width": 2}}
        _add(figure, charted, wrong, said, f"{tr(MISTAKES)} ({len(wrong)})", ring)
    if marked is not None:
        frame = {"color": plots.ICE, "symbol": "square-open", "size": size + 14, "line": {"width": 3}}
        _add(figure, charted, [marked], said, tr("Chosen"), frame)
    _name_axes(figure, charted)
    return figure


def _add(
    figure: go.Figure,
    charted: Charted,
    rows: list[int],
    said: Mapping[int, str],
    name: str,
    marker: dict[str, object],
) -> None:
    points = charted.projected.points
    figure.add_scattergl(
        x=points[rows, 0],
        y=points[rows, 1],
        mode="markers",
        name=name,
        marker=marker,
        customdata=np.array(rows, np.int64),
        text=[_hover(charted, row, said) for row in rows],
        hovertemplate="%{text}<extra></extra>",
    )


def _hover(charted: Charted, row: int, said: Mapping[int, str]) -> str:
    item = charted.dataset.items[row]
    names = ", ".join(charted.dataset.classes[label] for label in item.labels)
    told = f"{plots.plain(item.name, 40)}<br>{plots.plain(names, 60)}, {tr(_SIDES[item.split])}"
    if row not in said:
        return told
    taken = tr("taken for {class_name}", class_name=plots.plain(said[row], 60))
    return f"{told}<br>{taken}"


def _name_axes(figure: go.Figure, charted: Charted) -> None:
    # Their numbers mean nothing to anybody; of t-SNE and UMAP not even their directions do.
    plain = {"showticklabels": False, "zeroline": False}
    titles: tuple[str, ...] = ("", "")
    if charted.projected.shares is not None:
        first, second = charted.projected.shares
        titles = (
            tr("First direction: {share:.0%} of the differences", share=first),
            # Translators: the second direction of the map.
            tr("Second: {share:.0%}", share=second),
        )
    figure.update_xaxes(title=titles[0], **plain)
    figure.update_yaxes(title=titles[1], **plain)
