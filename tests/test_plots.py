from dataclasses import replace

import pytest

from tlcore import plots
from tlcore.datasets import Dataset, Split

HOSTILE = ["<img src=x onerror=alert(1)>", "**b**", "<b>bold</b>", "a & b", "<a href='http://x'>"]
ESCAPED = [
    "&lt;img src=x onerror=aler…", "**b**", "&lt;b&gt;bold&lt;/b&gt;", "a &amp; b", "&lt;a href='http://x'&gt;"
]  # fmt: skip
# Class names as they are on a ruler or a calendar: names all the same.
NUMBERS = ["1", "10", "2", "2024-01-01"]


@pytest.mark.parametrize(("text", "shown"), list(zip(HOSTILE, ESCAPED, strict=True)))
def test_names_are_shown_literally(text: str, shown: str) -> None:
    assert plots.plain(text) == shown


def test_a_name_is_cut_before_it_is_escaped() -> None:
    assert plots.plain("n" * 24) == "n" * 24
    assert plots.plain("n" * 25) == "n" * 23 + "…"
    # Never half of an "&lt;".
    assert plots.plain("<" * 30) == "&lt;" * 23 + "…"


def test_hostile_class_names_are_escaped_everywhere(few: Dataset) -> None:
    (bars,) = plots.probabilities([(name, 0.2) for name in HOSTILE]).data
    assert list(bars.y) == ESCAPED
    dataset = replace(few, classes=tuple(HOSTILE[:3]))
    assert {tuple(bars.y) for bars in plots.class_counts(dataset).data} == {tuple(ESCAPED[:3])}


def test_long_names_that_begin_alike_stay_apart() -> None:
    names = ["a" * 30 + "1", "a" * 30 + "2", "b"]
    assert plots.distinct(names) == ["a" * 23 + "… (1)", "a" * 23 + "… (2)", "b"]


def test_numbers_and_dates_are_names_too(few: Dataset) -> None:
    assert plots.probabilities([(name, 0.25) for name in NUMBERS]).layout.yaxis.type == "category"
    assert plots.class_counts(replace(few, classes=("1", "10", "2"))).layout.yaxis.type == "category"


def test_pictures_are_counted_by_class_and_split(few: Dataset) -> None:
    figure = plots.class_counts(few)
    assert [bars.name for bars in figure.data] == ["Training", "Validation", "Test"]
    assert [list(bars.y) for bars in figure.data] == [["bird", "fruit", "vehicle"]] * 3
    assert [list(bars.x) for bars in figure.data] == [[8, 8, 8], [3, 3, 3], [1, 1, 1]]
    assert [bars.marker.color for bars in figure.data] == [plots.EMBER, plots.ICE, plots.GREY]
    assert figure.layout.barmode == "stack"
    no_test = replace(few, items=tuple(item for item in few.items if item.split is not Split.TEST))
    assert [bars.name for bars in plots.class_counts(no_test).data] == ["Training", "Validation"]


def test_the_likeliest_class_stands_out_at_the_top() -> None:
    figure = plots.probabilities([("dog", 0.7), ("cat", 0.25), ("owl", 0.05)])
    (bars,) = figure.data
    assert (list(bars.y), list(bars.x)) == (["dog", "cat", "owl"], [0.7, 0.25, 0.05])
    assert list(bars.text) == ["70.0%", "25.0%", "5.0%"]
    assert list(bars.marker.color) == [plots.ICE, plots.GREY, plots.GREY]
    assert figure.layout.yaxis.autorange == "reversed"
