"""The figures of several runs: one style for each, and the Pareto front."""

import pytest

from tlcore import comparing, comparison_plots, pareto
from tlcore.comparing import Share
from tlcore.comparison_plots import STYLES, Line, Point

HOSTILE = "<b>bold</b>"


def line(place: int, losses: list[float], phases: list[int]) -> Line:
    epochs = tuple(
        {
            "epoch": i + 1,
            "phase": phase,
            "loss": loss / 2,
            "accuracy": 0.9,
            "val_loss": loss,
            "val_accuracy": 0.5,
        }
        for i, (loss, phase) in enumerate(zip(losses, phases, strict=True))
    )
    return Line(place, HOSTILE, epochs)


def point(place: int, right: int, cost: float) -> Point:
    return Point(place, HOSTILE, Share(right, 10), cost)


def test_each_run_has_a_style_of_its_own() -> None:
    assert len(STYLES) == comparing.MOST_RUNS
    for field in ("letter", "colour", "dash", "symbol"):
        assert len({getattr(style, field) for style in STYLES}) == len(STYLES)


def test_the_front() -> None:
    assert pareto.front([1, 2, 3, 1], [0.5, 0.9, 0.8, 0.4]) == [True, True, False, False]
    assert pareto.front([1, 1], [0.5, 0.5]) == [True, True]
    assert pareto.front([1, 2], [0.5, 0.5]) == [True, False]
    assert pareto.front([], []) == []


def test_curves_lie_on_the_same_axes_each_in_its_style() -> None:
    lines = [line(1, [2.0, 1.0], [0, 0]), line(4, [4.0, 1.0, 0.5], [0, 1, 1])]
    figure = comparison_plots.curves(lines, "loss")
    assert [trace.line.dash for trace in figure.data] == [STYLES[1].dash, STYLES[4].dash]
    assert [trace.line.color for trace in figure.data] == [STYLES[1].colour, STYLES[4].colour]
    assert [trace.name for trace in figure.data] == [f"{x} · &lt;b&gt;bold&lt;/b&gt;" for x in "BE"]
    assert list(figure.data[1].y) == [4.0, 1.0, 0.5]
    assert figure.layout.xaxis.range == (0, 3.5)
    assert figure.layout.yaxis.range == (0, pytest.approx(4.32))
    # The end of a phase, and of the run.
    assert list(figure.data[1].marker.size) == [11, 5, 11]


def test_training_curves_are_thin_and_of_the_same_style() -> None:
    figure = comparison_plots.curves([line(0, [2.0], [0])], "accuracy", training=True)
    validation, training = figure.data
    assert (validation.y, training.y) == ((0.5,), (0.9,))
    assert validation.line.width > training.line.width
    assert (validation.line.color, validation.line.dash) == (training.line.color, training.line.dash)


def test_what_is_beaten_is_dimmed_and_the_front_is_joined() -> None:
    points = [point(0, 5, 3.0), point(1, 9, 2.0), point(2, 4, 1.0)]
    assert comparison_plots.on_front(points) == [False, True, True]
    front, *runs = comparison_plots.trade(points, "Model size", "Accuracy", "MB").data
    assert (list(front.x), list(front.y)) == ([1.0, 2.0], [0.4, 0.9])
    assert [one.opacity for one in runs] == [pytest.approx(0.35), 1.0, 1.0]
    assert [one.marker.symbol for one in runs] == [style.symbol for style in STYLES[:3]]
    low, high = points[1].share.interval
    assert runs[1].error_y.array[0] == pytest.approx(high - 0.9)
    assert runs[1].error_y.arrayminus[0] == pytest.approx(0.9 - low)


def test_costs_far_apart_get_a_logarithmic_axis() -> None:
    for far, kind in ((30.0, "log"), (3.0, "linear")):
        figure = comparison_plots.trade([point(0, 5, 1.0), point(1, 6, far)], "Time", "Accuracy", "s")
        assert figure.layout.xaxis.type == kind
    assert comparison_plots.trade([point(0, 5, 0.0)], "Time", "Accuracy", "s").layout.xaxis.range == (0, 1.15)
