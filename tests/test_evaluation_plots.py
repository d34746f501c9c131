import numpy as np
import pytest

from tests.test_plots import ESCAPED, HOSTILE, NUMBERS
from tlcore import calibration, evaluation_plots, plots
from tlcore.class_curves import Curve
from tlcore.evaluation import SplitEvaluation
from tlcore.metrics import Figures

CLASSES = ["cat", "dog", "owl"]
ROWS = ((3, 1, 0), (0, 4, 0), (0, 0, 0))
# No figure is of them.
UNUSED: Figures = None  # type: ignore[assignment]


def judged(*rows: tuple[int, ...]) -> SplitEvaluation:
    return SplitEvaluation(0.5, rows, (), (), UNUSED)


def test_the_confusion_matrix_shades_shares_and_shows_counts_or_shares() -> None:
    heat, points = evaluation_plots.confusion(CLASSES, judged(*ROWS)).data
    assert list(heat.x) == list(heat.y) == CLASSES
    # A class without pictures has no shares, and is no division by zero.
    assert [list(row) for row in heat.z] == [[0.75, 0.25, 0], [0, 1, 0], [0, 0, 0]]
    assert (heat.zmin, heat.zmax) == (0, 1)
    (_, lightest), (_, darkest) = heat.colorscale[0], heat.colorscale[-1]
    red, green, blue = (int(darkest[i : i + 2], 16) for i in (1, 3, 5))
    assert red < green < blue, "the full shade is ice"
    assert lightest != darkest
    assert list(points.text) == ["3", "1", "0", "0", "4", "0", "0", "0", "0"]
    points = evaluation_plots.confusion(CLASSES, judged(*ROWS), shares=True).data[1]
    assert list(points.text[:5]) == ["75%", "25%", "0%", "0%", "100%"]
    # Readable on its shade.
    assert points.textfont.color[4] != points.textfont.color[0]


def test_each_cell_can_be_hit_and_says_which_it_is() -> None:
    points = evaluation_plots.confusion(CLASSES, judged(*ROWS)).data[1]
    assert points.marker.opacity == 0
    cells = {(x, y): tuple(told) for x, y, told in zip(points.x, points.y, points.customdata, strict=True)}
    assert len(cells) == 9
    assert cells["dog", "cat"] == (0, 1, "1 (25%)")


@pytest.mark.parametrize(
    ("chosen", "outlined"),
    [
        ((0, 1), (0.5, 1.5, -0.5, 0.5)),
        ((2, None), (-0.5, 2.5, 1.5, 2.5)),
        ((None, 0), (-0.5, 0.5, -0.5, 2.5)),
    ],
)
def test_the_chosen_cell_row_or_column_is_outlined(
    chosen: evaluation_plots.Cell, outlined: tuple[float, ...]
) -> None:
    (shape,) = evaluation_plots.confusion(CLASSES, judged(*ROWS), chosen=chosen).layout.shapes
    assert (shape.x0, shape.x1, shape.y0, shape.y1) == outlined
    assert evaluation_plots.confusion(CLASSES, judged(*ROWS)).layout.shapes == ()


def test_a_hundred_classes_fit_and_only_full_cells_can_be_hit() -> None:
    rows = np.eye(100, dtype=int) * 3
    rows[4, 7] = 1
    names = [f"species {i}" for i in range(100)]
    figure = evaluation_plots.confusion(names, judged(*map(tuple, rows.tolist())))
    heat, points = figure.data
    assert figure.layout.height < 1200
    assert (len(points.x), points.text, points.mode) == (101, None, "markers")
    # A single mistake is not too pale to be seen.
    assert heat.z[4][7] == pytest.approx(0.5)


def test_the_true_classes_run_downwards() -> None:
    figure = evaluation_plots.confusion(["a", "b"], judged((1, 0), (0, 1)))
    assert figure.layout.yaxis.autorange == "reversed"
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Predicted", "True")


def test_names_are_names_and_shown_literally() -> None:
    zeros = judged(*((0,) * 5 for _ in HOSTILE))
    assert list(evaluation_plots.confusion(HOSTILE, zeros).data[0].x) == ESCAPED
    matrix = evaluation_plots.confusion(NUMBERS, judged(*((0,) * 4 for _ in NUMBERS)))
    assert matrix.layout.xaxis.type == matrix.layout.yaxis.type == "category"
    curve = Curve((0, 1), (0, 1), 0.5)
    *_, drawn = evaluation_plots.roc(["<b>x</b>", "y"], [curve, None], 0).data
    assert "<b>x" not in drawn.text[0]
    assert "&lt;b&gt;x" in drawn.text[0]


def test_the_chosen_class_is_drawn_over_the_others() -> None:
    curves = [Curve((0, 1), (0, 1), 0.5), Curve((0, 1), (1, 0), 0.25), Curve((0, 0, 1), (0, 1, 1), 1.0)]
    guess, others, chosen = evaluation_plots.precision_recall(CLASSES, curves, 0, share=0.3).data
    assert list(guess.y) == [0.3, 0.3]
    # A gap after each, so that they do not hang together.
    assert list(others.x) == [0, 1, None, 0, 0, 1, None]
    assert list(others.y) == [1, 0, None, 0, 1, 1, None]
    assert [*others.text] == ["dog, AP 25.0%"] * 3 + ["owl, AP 100.0%"] * 4
    assert others.line.color == plots.GREY
    assert (chosen.line.color, list(chosen.x), chosen.text[0]) == (plots.ICE, [0, 1, None], "cat, AP 50.0%")
    # A class without a curve is left out, also where it is the one that is looked at.
    assert len(evaluation_plots.roc(CLASSES, [None, None, curves[0]], 1).data) == 2


def test_reliability_says_how_often_and_how_well_it_is_known() -> None:
    said, true = np.array([0.95] * 4 + [0.35] * 2), np.array([1, 1, 1, 0, 1, 0], bool)
    _, line, bars = evaluation_plots.reliability(calibration.of(said, true)).data
    assert list(line.x) == pytest.approx([0.35, 0.95])
    assert list(line.y) == [0.5, 0.75]
    assert [low <= share for low, share in zip(line.error_y.arrayminus, line.y, strict=True)] == [True, True]
    assert line.error_y.array[0] > line.error_y.array[1]
    assert list(bars.y) == [0, 0, 0, 2, 0, 0, 0, 0, 0, 4]
