"""The curves as figures: what is in them, and that nothing hides the present run."""

from typing import Any

import pytest

from tlcore import curves, plots
from tlcore.curves import Ghost
from tlcore.runs import Progress, Status

HOSTILE = "<img src=x onerror=alert(1)>"


def epoch(number: int, phase: int = 0, **more: Any) -> dict[str, Any]:
    values = {
        "accuracy": number / 10,
        "val_accuracy": number / 20,
        "loss": 3 / number,
        "val_loss": 4 / number,
    }
    return {"epoch": number, "phase": phase, **values, **more}


def progress(
    *epochs: dict[str, Any], total: int = 0, status: Status = Status.TRAINING, **more: Any
) -> Progress:
    return Progress(status, epochs, total or len(epochs), **more)


def named(figure: Any, name: str) -> Any:
    return next((trace for trace in figure.data if trace.name == name), None)


@pytest.mark.parametrize(
    ("phases", "ends"),
    [([0, 0, 0], []), ([0, 0, 1, 1], [2]), ([0, 1, 2], [1, 2]), ([], [])],
)
def test_a_phase_ends_where_the_next_one_begins(phases: list[int], ends: list[int]) -> None:
    assert curves.phase_ends([epoch(i, phase) for i, phase in enumerate(phases, start=1)]) == ends


def test_training_and_validation_are_told_apart() -> None:
    run = progress(epoch(1), epoch(2), epoch(3, phase=1))
    figure = curves.curves(run, "accuracy")
    training, validation = named(figure, "Training"), named(figure, "Validation")
    assert list(training.x) == list(validation.x) == [1, 2, 3]
    assert (list(training.y), list(validation.y)) == ([0.1, 0.2, 0.3], [0.05, 0.1, 0.15])
    assert (training.line.color, validation.line.color) == (plots.EMBER, plots.ICE)
    assert training.line.dash != validation.line.dash
    assert figure.layout.yaxis.range == (0, 1.02)
    loss = curves.curves(run, "loss")
    assert list(named(loss, "Validation").y) == [4.0, 2.0, 4 / 3]


def test_the_boundary_of_two_phases_is_marked() -> None:
    figure = curves.curves(progress(epoch(1), epoch(2), epoch(3, phase=1)), "loss")
    assert [line.x0 for line in figure.layout.shapes] == [2.5]
    assert [note.text for note in figure.layout.annotations] == ["Phase 2"]
    assert curves.curves(progress(epoch(1)), "loss").layout.shapes == ()


def test_the_best_and_the_kept_epochs_are_marked() -> None:
    run = progress(epoch(1, val_accuracy=0.9), epoch(2), epoch(3), kept=(2,))
    for metric, best, kept in (("accuracy", 0.9, 0.1), ("loss", 4.0, 2.0)):
        figure = curves.curves(run, metric)
        assert (list(named(figure, "Best").x), list(named(figure, "Best").y)) == ([1], [best])
        assert (list(named(figure, "Kept").x), list(named(figure, "Kept").y)) == ([2], [kept])
    assert named(curves.curves(progress(epoch(1)), "loss"), "Kept") is None


def test_the_rate_is_told_where_it_is_known() -> None:
    figure = curves.curves(progress(epoch(1, learning_rate=0.001), epoch(2, learning_rate=0.0005)), "loss")
    assert list(named(figure, "Training").customdata) == ["0.001", "0.0005"]
    assert "Learning rate %{customdata}" in named(figure, "Training").hovertemplate
    assert "Learning rate" not in named(figure, "Validation").hovertemplate
    for other in (curves.curves(progress(epoch(1)), "loss"), curves.curves(progress(epoch(1)), "accuracy")):
        assert "Learning rate" not in named(other, "Training").hovertemplate


def test_earlier_runs_stand_behind_and_are_named_in_the_hover() -> None:
    ghosts = [Ghost(HOSTILE, (epoch(1), epoch(2))), Ghost("Second", (epoch(1),))]
    figure = curves.curves(progress(epoch(1)), "accuracy", ghosts)
    # Drawn first is drawn behind.
    assert [trace.name for trace in figure.data] == ["Earlier runs"] * 2 + ["Training", "Validation", "Best"]
    first, second = figure.data[:2]
    assert list(first.y) == [0.05, 0.1]
    assert "&lt;img" in first.hovertemplate
    assert "<img" not in first.hovertemplate
    assert "Second" in second.hovertemplate
    assert (first.line.color, first.opacity < 1) == (plots.GREY, True)
    assert [trace.showlegend for trace in figure.data[:2]] == [True, False]


def test_an_earlier_run_that_was_longer_or_worse_does_not_squeeze_this_one() -> None:
    run = progress(epoch(1, loss=1.0, val_loss=2.0), total=5)
    long = Ghost("long", tuple(epoch(n, val_loss=1e6) for n in range(1, 200)))
    for figure in (curves.curves(run, "loss"), curves.curves(run, "loss", [long])):
        assert figure.layout.xaxis.range == (0, 5.5)
        assert figure.layout.yaxis.range == (0, pytest.approx(2 * curves.ROOM))


def test_a_run_that_ended_early_fills_its_frame() -> None:
    run = progress(epoch(1), epoch(2), total=200, status=Status.STOPPED)
    assert curves.curves(run, "loss").layout.xaxis.range == (0, 2.5)


def test_the_same_run_gives_the_same_figure() -> None:
    """Of an unchanged chart the browser keeps what is hovered."""
    run = progress(epoch(1), epoch(2))
    assert curves.curves(run, "loss").to_json() == curves.curves(run, "loss").to_json()
    assert curves.curves(progress(), "loss").layout.yaxis.range is None
