"""The layers of a network as a strip: a bar for each, frozen in ice blue, trained in ember, then the head.

As a chart to look into, and as a picture that a page shows at once: a browser is busy for a second with the
first chart it meets.
"""

import base64
import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from tlcore.backbones import LayerInfo
from tlcore.heads import HeadRow
from tlcore.plans import Plan
from tlcore.plots import EMBER, GREY, ICE, figure_of, plain, stroked
from tlcore.words import number, tr

HEIGHT_PX = 190
# Layers without parameters still show, as a low bar.
_LOWEST = 0.08
# The picture's own units: about the pixels it is shown in on a wide screen.
_WIDE, _HIGH = 1000, 150
_SWATCH = 14
# By Plotly's names of the patterns: an id, and what repeats every 6 units.
_STROKES = {
    "/": ("single", "M-1 1L1 -1M0 6L6 0M5 7L7 5"),
    "x": ("crossed", "M0 0L6 6M0 6L6 0"),
}

Layer = LayerInfo | HeadRow


@dataclass(frozen=True)
class Part:
    """Layers side by side that meet the same fate."""

    name: str
    layers: tuple[Layer, ...]
    start: float
    """Where its first bar begins; a layer of the backbone is as wide as 1."""
    width: float
    """Of one bar."""
    colour: str
    pattern: str
    """So that no meaning is carried by colour alone."""
    heights: tuple[float, ...]
    """Square roots of the parameters, as shares of the largest."""

    @property
    def title(self) -> str:
        return f"{self.name} ({len(self.layers)})"

    @property
    def end(self) -> float:
        return self.start + self.width * len(self.layers)


def parts(plan: Plan, phase: int = 0) -> list[Part]:
    """Those that have layers, from the pixels to the head."""
    frozen = plan.phases[phase].frozen_layers
    count = len(plan.layers)
    # A little room between backbone and head, wide enough to see in a strip of any length.
    gap = max(1, count // 60)
    found: list[tuple[str, Sequence[Layer], int, float, str, str]] = [
        (tr("Frozen"), plan.layers[:frozen], 0, 1.0, ICE, ""),
        (tr("Trained"), plan.layers[frozen:], frozen, 1.0, EMBER, "/"),
        (tr("Head, trained"), plan.head, count + gap, max(1.0, count / 40), EMBER, "x"),
    ]
    tallest = max(layer.params for _, layers, *_ in found for layer in layers) ** 0.5 or 1.0
    return [
        Part(
            name,
            tuple(layers),
            start,
            width,
            colour,
            shape,
            tuple(max(_LOWEST, layer.params**0.5 / tallest) for layer in layers),
        )
        for name, layers, start, width, colour, shape in found
        if layers
    ]


def cut(plan: Plan, phase: int = 0) -> int | None:
    """After how many layers features are cached; None where nothing is frozen."""
    name = plan.phases[phase].cut_point
    return next((i for i, layer in enumerate(plan.layers, start=1) if layer.name == name), None)


def figure(plan: Plan, phase: int = 0) -> go.Figure:
    """The chart, which tells of each layer what it is."""
    made = figure_of(
        HEIGHT_PX, bargap=0.0, hovermode="closest", xaxis={"visible": False}, yaxis={"visible": False}
    )
    parameters = tr("{parameters} parameters", parameters="%{customdata[3]}")
    for part in parts(plan, phase):
        made.add_bar(
            name=part.title,
            x=[part.start + part.width * (i + 0.5) for i in range(len(part.layers))],
            y=part.heights,
            width=part.width,
            marker={
                "color": part.colour,
                "line": {"width": 0.4, "color": "rgba(255,255,255,0.65)"},
                "pattern": stroked(part.pattern),
            },
            customdata=[
                [plain(layer.name, 40), layer.type, _shape(layer), number(layer.params, ",")]
                for layer in part.layers
            ],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}, %{customdata[2]}"
            f"<br>{parameters}<extra></extra>",
        )
    if (after := cut(plan, phase)) is not None:
        made.add_vline(x=after, line={"color": GREY, "dash": "dot", "width": 2})
    return made


def _shape(layer: Layer) -> str:
    return "×".join(map(str, layer.output_shape))


def picture(plan: Plan, alt: str, phase: int = 0) -> str:
    """The same as HTML of fixed height, without what only a chart tells."""
    found = parts(plan, phase)
    unit = _WIDE / found[-1].end
    shapes = [shape for part in found for shape in _bars(part, unit)]
    if (after := cut(plan, phase)) is not None:
        shapes.append(
            f'<path d="M{after * unit:.1f} 0V{_HIGH}" stroke="{GREY}" stroke-width="2" '
            'stroke-dasharray="2 4"/>'
        )
    return (
        f'<div style="height: {HEIGHT_PX}px; font-size: 0.875rem">'
        f'<div style="display: flex; flex-wrap: wrap; gap: 0 1.25rem">{"".join(map(_legend, found))}</div>'
        f'<img alt="{html.escape(alt)}" src="{_source(_WIDE, _HIGH, shapes)}" '
        f'style="display: block; width: 100%; height: {_HIGH}px"></div>'
    )


def _bars(part: Part, unit: float) -> Iterator[str]:
    for i, height in enumerate(part.heights):
        x, high = (part.start + part.width * i) * unit, height * _HIGH
        yield _box(x, _HIGH - high, part.width * unit, high, part.colour)
        if part.pattern:
            yield _box(x, _HIGH - high, part.width * unit, high, f"url(#{_STROKES[part.pattern][0]})")


def _box(x: float, y: float, wide: float, high: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{fill}"/>'


def _legend(part: Part) -> str:
    fills = [part.colour, *(f"url(#{_STROKES[shape][0]})" for shape in part.pattern)]
    swatch = _source(_SWATCH, _SWATCH, [_box(0, 0, _SWATCH, _SWATCH, fill) for fill in fills])
    return (
        '<span style="display: flex; align-items: center; gap: 0.375rem">'
        f'<img alt="" src="{swatch}" width="{_SWATCH}" height="{_SWATCH}">{html.escape(part.title)}</span>'
    )


def _source(wide: int, high: int, shapes: Iterable[str]) -> str:
    """An address that is the picture itself: pages take no SVG beside their HTML."""
    patterns = "".join(
        f'<pattern id="{id}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<path d="{path}" stroke="rgba(255,255,255,0.6)" fill="none"/></pattern>'
        for id, path in _STROKES.values()
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" preserveAspectRatio="none">'
        f"<defs>{patterns}</defs>{''.join(shapes)}</svg>"
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
