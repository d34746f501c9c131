"""A picture of each concept, drawn by what draws the real ones, from numbers that are made up.

The network in them is real: the one that comes with the install.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from tlcore import (
    augmentation,
    calibration,
    curves,
    evaluation_plots,
    metrics,
    outputs,
    plans,
    plots,
    presets,
    strip,
)
from tlcore.config import Phase, Recipe
from tlcore.evaluation import SplitEvaluation
from tlcore.explain import overlay
from tlcore.plots import EMBER, GREY, ICE, figure_of
from tlcore.runs import Progress, Status
from tlcore.words import mark, number, tr

__all__ = ["Drawing", "draw"]

_CLASSES = (mark("bird"), mark("fruit"), mark("vehicle"))
_PICTURE_PX = 128
_GAP_PX = 8
_HEIGHT_PX = 260


@dataclass(frozen=True)
class Drawing:
    shown: go.Figure | Image.Image
    alt: str
    """What it shows, for those who do not see it."""


def draw(id: str, sample: Path) -> Drawing:
    """``sample``: a picture to change and to colour. Raises KeyError for a concept that there is not."""
    if id in _OF_A_PICTURE:
        with Image.open(sample) as picture:
            small = picture.convert("RGB").resize((_PICTURE_PX, _PICTURE_PX))
        return _OF_A_PICTURE[id](small)
    return _FIGURES[id]()


def _classes() -> tuple[str, ...]:
    """Their names, as a reader of this language would give them."""
    return tuple(tr(name) for name in _CLASSES)


def _strip(freeze: str | int, alt: str) -> Drawing:
    plan = plans.make(Recipe(phases=(Phase(freeze=freeze),)), len(_CLASSES))
    return Drawing(strip.figure(plan), alt)


def _backbone() -> Drawing:
    alt = tr("The layers of EfficientNet-Lite0 in a row, all frozen, and the new head after them")
    return _strip("all", alt)


def _freezing() -> Drawing:
    alt = tr("The layers of EfficientNet-Lite0: all but the last twenty frozen, those and the head trained")
    return _strip(-20, alt)


def _feature() -> Drawing:
    chance = np.random.default_rng(1)
    figure = figure_of(_HEIGHT_PX, xaxis={"title": tr("One feature")}, yaxis={"title": tr("Another feature")})
    places = ((1.0, 3.0), (3.2, 3.4), (2.4, 1.0))
    looks = ((ICE, "circle"), (EMBER, "diamond"), (GREY, "square"))
    for name, place, (colour, symbol) in zip(_classes(), places, looks, strict=True):
        x, y = (chance.normal(0, 0.35, (30, 2)) + place).T
        marker = {"color": colour, "symbol": symbol, "size": 8}
        figure.add_scatter(name=name, x=x, y=y, mode="markers", marker=marker, hoverinfo="skip")
    alt = tr("Pictures as points by two of their features: birds, fruits and vehicles in a group each")
    return Drawing(figure, alt)


def _head() -> Drawing:
    said = dict(zip(_classes(), (0.9, 0.07, 0.03), strict=True))
    told = ", ".join(f"{name} {number(share, '.0%')}" for name, share in said.items())
    alt = tr("What a head says of a picture: {answers}", answers=told)
    return Drawing(plots.probabilities([*said.items()]), alt)


def _class_weights() -> Drawing:
    counts = (100, 40, 10)
    labels = np.eye(len(counts), dtype=np.float32)[np.repeat(range(len(counts)), counts)]
    weights = outputs.balanced_weights(labels)
    each = [float(weights[labels[:, label] == 1][0]) for label in range(len(counts))]
    figure = figure_of(
        _HEIGHT_PX - 60,
        showlegend=False,
        yaxis=plots.DOWNWARDS,
        xaxis={"title": tr("Pictures"), "range": [0, 150]},
    )
    figure.add_bar(
        y=_classes(),
        x=counts,
        orientation="h",
        marker={"color": EMBER},
        text=[tr("each counts {weight:.2g}", weight=weight) for weight in each],
        textposition="outside",
        hoverinfo="skip",
    )
    told = ", ".join(
        tr("{pictures} pictures that count {weight:.2g} each", pictures=count, weight=weight)
        for count, weight in zip(counts, each, strict=True)
    )
    return Drawing(figure, tr("Three classes: {classes}", classes=told))


def _history(*rows: tuple[float, float, float, float]) -> Progress:
    """Of loss, validation loss, accuracy and validation accuracy."""
    keys = ("loss", "val_loss", "accuracy", "val_accuracy")
    told = tuple(
        {"epoch": number, "phase": 0} | dict(zip(keys, row, strict=True))
        for number, row in enumerate(rows, 1)
    )
    return Progress(Status.DONE, told, len(told))


def _epoch() -> Drawing:
    history = _history(*((1 / n, 1.1 / n, 1 - 0.6 / n, 0.97 - 0.6 / n) for n in range(1, 9)))
    return Drawing(
        curves.curves(history, "accuracy"),
        tr("Accuracy over eight epochs: it rises fast at first, then hardly any more, in both curves"),
    )


def _overfitting() -> Drawing:
    falling = [0.9 * 0.7**n for n in range(10)]
    rising = [0.95, 0.72, 0.58, 0.5, 0.52, 0.57, 0.63, 0.7, 0.78, 0.87]
    rows = [(low, high, 1 - low / 2, 1 - high / 2) for low, high in zip(falling, rising, strict=True)]
    alt = tr(
        "Loss over ten epochs: in training it falls throughout, in validation it rises again from epoch 4 on"
    )
    return Drawing(curves.curves(_history(*rows), "loss"), alt)


def _lines(title: str, lines: dict[str, list[float]], most: float) -> go.Figure:
    figure = figure_of(_HEIGHT_PX, xaxis={"title": tr("Step")}, yaxis={"title": title, "range": [0, most]})
    looks = ((GREY, "dot"), (ICE, "solid"), (EMBER, "dash"))
    for (name, values), (colour, dash) in zip(lines.items(), looks, strict=False):
        line = {"color": colour, "dash": dash, "width": 2.5}
        figure.add_scatter(
            name=name, x=[*range(len(values))], y=values, mode="lines", line=line, hoverinfo="skip"
        )
    return figure


def _learning_rate() -> Drawing:
    """Gradient descent on a parabola, whose slope is twice the distance from its lowest point."""

    def descent(rate: float) -> list[float]:
        return [(1 - 2 * rate) ** (2 * step) for step in range(16)]

    rates = {
        tr("Too low"): descent(0.01),
        # Translators: a learning rate that is as it should be
        tr("Right"): descent(0.15),
        tr("Too high"): descent(1.01),
    }
    figure = _lines(tr("Loss"), rates, most=2.0)
    alt = tr(
        "Loss over sixteen steps: too low a rate barely lowers it, the right one does, too high raises it"
    )
    return Drawing(figure, alt)


def _batch() -> Drawing:
    """Steps towards the mean of noisy numbers, of which each batch shows a few."""
    chance = np.random.default_rng(3)

    def walk(size: int) -> list[float]:
        place, found = 2.0, []
        for _ in range(40):
            found.append(abs(place))
            place -= 0.15 * (place - chance.normal(0, 2, size).mean())
        return found

    lines = {tr("Batches of {size}", size=size): walk(size) for size in (2, 64)}
    figure = _lines(tr("Distance from the goal"), lines, most=2.1)
    alt = tr("Forty steps: small batches come near the goal on a shaky way, large ones on a smooth one")
    return Drawing(figure, alt)


def _validation() -> Drawing:
    figure = figure_of(
        150,
        barmode="stack",
        xaxis={"title": tr("Share of the pictures"), "tickformat": ".0%"},
        yaxis={"visible": False},
    )
    sides = ((tr("Training"), 0.7, EMBER), (tr("Validation"), 0.2, ICE), (tr("Test"), 0.1, GREY))
    for name, share, colour in sides:
        figure.add_bar(
            name=name, x=[share], y=[""], orientation="h", marker={"color": colour}, hoverinfo="skip"
        )
    return Drawing(figure, tr("All pictures in one bar: 70% training, 20% validation, 10% test"))


def _confusion_matrix() -> Drawing:
    classes = _classes()
    counts = np.array([[17, 2, 1], [0, 20, 0], [4, 1, 15]])
    truth, said = (np.repeat(places, counts.ravel()) for places in np.indices(counts.shape).reshape(2, -1))
    result = SplitEvaluation(
        accuracy=float((truth == said).mean()),
        confusion=tuple(tuple(row) for row in counts.tolist()),
        classes=metrics.of_classes(classes, truth.tolist(), said.tolist()),
        pictures=(),
        figures=metrics.of_one_label(truth, np.eye(len(_CLASSES))[said], independent=False),
    )
    alt = tr(
        "A confusion matrix of three classes: most on the diagonal, four of twenty vehicles taken for birds"
    )
    return Drawing(evaluation_plots.confusion(classes, result), alt)


def _calibration() -> Drawing:
    chance = np.random.default_rng(2)
    said = chance.uniform(0.35, 1, 400)
    came_true = chance.uniform(0, 1, 400) < 0.2 + 0.65 * said
    return Drawing(
        evaluation_plots.reliability(calibration.of(said, came_true)),
        tr("A reliability diagram whose points lie below the dotted line at the right: too sure of itself"),
    )


def _augmentation(picture: Image.Image) -> Drawing:
    _, choice = presets.AUGMENTATIONS["strong"]
    pixels = np.array(picture)
    changed = augmentation.examples(pixels, choice, seed=0, sha256="lesson", count=3)
    return Drawing(
        _row([picture, *map(Image.fromarray, changed)]),
        tr("A picture, and three changed copies of it: turned, zoomed, moved, lighter or darker"),
    )


def _heat_map(picture: Image.Image) -> Drawing:
    y, x = np.mgrid[-1:1:7j, -1:1:7j]
    shares = np.exp(-3 * (x**2 + y**2)).astype(np.float32)
    return Drawing(
        _row([picture, overlay(picture, shares, 0.6)]),
        tr("A picture, and beside it the same with colours over it, brightest over the thing that it shows"),
    )


def _row(pictures: list[Image.Image]) -> Image.Image:
    """Side by side, with gaps that let the page through."""
    width = len(pictures) * (_PICTURE_PX + _GAP_PX) - _GAP_PX
    row = Image.new("RGBA", (width, _PICTURE_PX), (0, 0, 0, 0))
    for place, picture in enumerate(pictures):
        row.paste(picture, (place * (_PICTURE_PX + _GAP_PX), 0))
    return row


_FIGURES: dict[str, Callable[[], Drawing]] = {
    "backbone": _backbone,
    "feature": _feature,
    "freezing": _freezing,
    "head": _head,
    "class_weights": _class_weights,
    "epoch": _epoch,
    "batch": _batch,
    "learning_rate": _learning_rate,
    "validation": _validation,
    "overfitting": _overfitting,
    "confusion_matrix": _confusion_matrix,
    "calibration": _calibration,
}
_OF_A_PICTURE: dict[str, Callable[[Image.Image], Drawing]] = {
    "augmentation": _augmentation,
    "heat_map": _heat_map,
}
