import numpy as np
import pytest

from tlcore import confidence_plots, coverage
from tlcore.coverage import Coverage
from tlcore.datasets import Split
from tlcore.intervals import wilson

SURE = np.array([0.95, 0.9, 0.8, 0.8, 0.6, 0.4])
RIGHT = np.array([True, True, True, False, False, True])


def test_what_is_answered_and_right_from_each_threshold() -> None:
    found = Coverage(SURE, RIGHT)
    counted = {point.threshold: (point.answered, point.right) for point in found.points}
    assert len(counted) == 100
    assert [counted[threshold] for threshold in (0.0, 0.4, 0.41, 0.6, 0.61)] == [
        (6, 4),
        (6, 4),
        (5, 3),
        (5, 3),
        (4, 3),
    ]
    # What is exactly as sure as the threshold is answered.
    assert [counted[threshold] for threshold in (0.8, 0.81, 0.95, 0.96)] == [(4, 3), (2, 2), (1, 1), (0, 0)]
    point = found.at(0.7)
    assert (point.share, point.accuracy) == (4 / 6, 3 / 4)
    assert (point.share_interval, point.accuracy_interval) == (wilson(4, 6), wilson(3, 4))


def test_where_nothing_is_answered_nothing_is_said_of_it() -> None:
    point = Coverage(SURE, RIGHT).at(0.99)
    assert (point.share, point.accuracy, point.accuracy_interval) == (0, None, None)
    assert point.share_interval == wilson(0, 6)


def test_of_several_labels_the_least_sure_answer_counts() -> None:
    rows = np.array([[0.9, 0.05, 0.6], [0.02, 0.99, 0.01]], np.float32)
    assert coverage.sureness(rows, several_labels=False) == pytest.approx([0.9, 0.99])
    assert coverage.sureness(rows, several_labels=True) == pytest.approx([0.6, 0.98])


def test_the_curve_marks_what_is_looked_at() -> None:
    sides = {Split.VAL: Coverage(SURE, RIGHT), Split.TEST: Coverage(SURE[:2], RIGHT[:2])}
    figure = confidence_plots.accuracy_coverage(sides, 0.7)
    by_name = {trace.name: trace for trace in figure.data}
    line = by_name["Validation"]
    assert dict(zip(line.x, line.y, strict=True)) == {
        1 / 6: 1.0,
        2 / 6: 1.0,
        4 / 6: 3 / 4,
        5 / 6: 3 / 5,
        1.0: 4 / 6,
    }
    assert (by_name["Validation, chosen"].x, by_name["Validation, chosen"].y) == ((4 / 6,), (3 / 4,))
    assert by_name["Test, chosen"].x == (1.0,)
    assert by_name["Test"].line.dash == "dash"
    # Where nothing is answered there is nothing to mark.
    named = {trace.name for trace in confidence_plots.accuracy_coverage(sides, 0.99).data}
    assert "Validation, chosen" not in named
