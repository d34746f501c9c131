"""Accuracy of the compared runs against what they cost: training time, size, time for a picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce

import streamlit as st

from pages.ui import asking, compare_choice, compare_figures, messages, state
from pages.ui.asking import Offer
from pages.ui.messages import keep_view, literal
from pages.ui.numbers import tenth
from tlcore import comparison_plots, runs, speed, vitals
from tlcore.asked import Standing
from tlcore.comparing import Comparison
from tlcore.comparison_plots import STYLES, Point
from tlcore.overview import Line
from tlcore.runs import Run
from tlcore.words import mark, tr


@dataclass(frozen=True)
class _Cost:
    title: str
    noun: str
    """The title within a sentence."""
    unit: str
    of: Callable[[Line], float | None]


_TRAINING = _Cost(mark("Training time"), mark("training time"), "s", lambda line: line.seconds)
_SIZE = _Cost(
    mark("Model size"), mark("model size"), "MB", lambda line: line.run.model_file.stat().st_size / 1e6
)
_SPEED = _Cost(
    mark("Time for a picture"), mark("time for a picture"), "ms", lambda line: speed.known_ms(line.run)
)
_COSTS = {cost.title: cost for cost in (_TRAINING, _SIZE, _SPEED)}


def show(comparison: Comparison, lines: Sequence[Line]) -> None:
    st.header(tr("What it costs"), anchor=False)
    title: str = st.segmented_control(
        tr("Against"),
        list(_COSTS),
        format_func=tr,
        default=_TRAINING.title,
        required=True,
        key="compared_cost",
        bind="query-params",
        on_change=keep_view,
    )
    cost = _COSTS[title]
    if cost is _SPEED:
        _measure([line.run for line in lines])
    shares = comparison.shares or comparison.own
    points = [
        Point(place, line.run.name, share, value)
        for place, (line, share) in enumerate(zip(lines, shares, strict=True))
        if (value := cost.of(line)) is not None
    ]
    if points:
        _draw(comparison, points, cost)
    else:
        st.caption(tr("It is not known of any of these runs."))
    if cost is _TRAINING:
        _tell_reuse(lines)


def _draw(comparison: Comparison, points: Sequence[Point], cost: _Cost) -> None:
    measure, title = tr(compare_figures.measure_of(comparison.runs)), tr(cost.title)
    names = compare_choice.names(comparison.runs)
    best = comparison_plots.on_front(points)
    st.caption(
        tr(
            "Up is better, left is cheaper. A run that another one beats in both is pale; the line "
            "joins the others, the Pareto front. The bars are 95% intervals: where they overlap "
            "much, the order may be chance."
        )
    )
    st.plotly_chart(
        comparison_plots.trade(points, title, measure, cost.unit),
        key=f"trade_{cost.title}",
        config={"displayModeBar": False},
        alt=tr(
            "{measure} against {cost}; the table below says the same",
            measure=measure,
            cost=tr(cost.noun),
        ),
    )
    st.dataframe(
        [
            {
                tr("Run"): names[point.place],
                title: point.cost,
                measure: tenth(point.share.value),
                tr("95% interval"): compare_figures.interval_words(point.share),
                # Translators: whether a run is on the Pareto front, or another one is better in both
                tr("Pareto front"): tr("on it") if on else tr("beaten in both"),
            }
            for point, on in zip(points, best, strict=True)
        ],
        hide_index=True,
        column_config={
            tr("Run"): st.column_config.TextColumn(pinned=True),
            title: st.column_config.NumberColumn(format=f"%.2f {cost.unit}"),
            measure: st.column_config.NumberColumn(format="percent"),
        },
        alt=tr(
            "{measure} and {cost} of the runs, and which of them are on the Pareto front",
            measure=measure,
            cost=tr(cost.noun),
        ),
    )


def _tell_reuse(lines: Sequence[Line]) -> None:
    reused = [
        STYLES[place].letter
        for place, line in enumerate(lines)
        if vitals.reused(line.run.events()) is not None
    ]
    if reused:
        st.caption(
            tr(
                "The features of {runs} were there already, so the time is without making them.",
                runs=reduce(lambda one, other: tr("{one} and {other}", one=one, other=other), reused),
            )
        )


def _measure(chosen: Sequence[Run]) -> None:
    """Say which cannot be measured, and have the others measured."""
    measurable = [run for run in chosen if speed.can_be_measured(state.workspace(), run)]
    for run in chosen:
        if run not in measurable:
            st.caption(
                tr(
                    "{name} has no converted graph, so its time for a picture is not measured.",
                    name=literal(run.name),
                )
            )
    if measurable:
        _ask(measurable)


def _ask(measurable: Sequence[Run]) -> None:
    # Of all of them, also those that are known: what is asked stays the same while one after the other is.
    ids = [run.id for run in measurable]
    standing = speed.look(state.workspace(), measurable)
    if standing.is_there:
        st.caption(
            tr(
                "Measured on this machine, one picture at a time, without reading its file: the fastest "
                "of {rounds}.",
                rounds=speed.ROUNDS,
            )
        )
        return
    offer = Offer(
        tr("Measure it"),
        icon=":material/timer:",
        key="measure_speed",
        on_click=_start,
        args=(ids,),
        help=tr("Takes a moment. Best while nothing else goes on: what trains meanwhile makes it slower."),
    )
    asking.show(standing, partial(_look, ids), {"measuring": mark("Measuring")}, offer)


@messages.told
def _start(ids: list[str]) -> None:
    space = state.workspace()
    speed.start(space, [runs.load(space, id) for id in ids], owner=state.owner())


def _look(ids: list[str]) -> Standing:
    space = state.workspace()
    return speed.look(space, [runs.load(space, id) for id in ids])
