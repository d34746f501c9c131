from dataclasses import replace

import pytest

from tlcore import plans, plots
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.plans import Plan

HOSTILE = ["<img src=x onerror=alert(1)>", "**b**", "<b>bold</b>", "a & b", "<a href='http://x'>"]
ESCAPED = [
    "&lt;img src=x onerror=aler…", "**b**", "&lt;b&gt;bold&lt;/b&gt;", "a &amp; b", "&lt;a href='http://x'&gt;"
]  # fmt: skip
# Class names as they are on a ruler or a calendar: names all the same.
NUMBERS = ["1", "10", "2", "2024-01-01"]


def plan(*freezes: int | str) -> Plan:
    return plans.make(
        Recipe.parse({
            "backbone": {"name": "vgg16"}, "head": {"layers": [{"dense": 16}]},
            "phases": [{"freeze": freeze} for freeze in freezes],
        }), 3,
    )  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), list(zip(HOSTILE, ESCAPED, strict=True)))
def test_names_are_shown_literally(text: str, shown: str) -> None:
    assert plots.plain(text) == shown


def test_a_name_is_cut_before_it_is_escaped() -> None:
    assert plots.plain("n" * 24) == "n" * 24
    assert plots.plain("n" * 25) == "n" * 23 + "…"
    # Never half of an "&lt;".
    assert plots.plain("<" * 30) == "&lt;" * 23 + "…"


def test_the_strip_has_a_bar_for_each_layer_in_three_colours() -> None:
    figure = plots.layer_strip(plan(11))
    frozen, trained, head = figure.data
    assert [bars.name for bars in figure.data] == ["Frozen (11)", "Trained (8)", "Head, trained (3)"]
    assert [len(bars.y) for bars in figure.data] == [11, 8, 3]
    assert [bars.marker.color for bars in figure.data] == [plots.ICE, plots.EMBER, plots.EMBER]
    # Told apart without colour too.
    assert [bars.marker.pattern.shape for bars in figure.data] == ["", "/", "x"]
    assert list(frozen.x) == [i + 0.5 for i in range(11)]
    assert list(trained.x) == [i + 0.5 for i in range(11, 19)]
    assert min(head.x) > max(trained.x) + 0.5


def test_bars_are_as_high_as_the_root_of_their_parameters() -> None:
    made = plan("all")
    frozen, head = plots.layer_strip(made).data
    params = [layer.params for layer in made.layers]
    assert max(params) == 2_359_808
    for height, count in zip(frozen.y, params, strict=True):
        assert height == pytest.approx(max(0.08, (count / 2_359_808) ** 0.5))
    assert min(frozen.y) == 0.08
    assert max(frozen.y) == 1.0
    # More parameters are never a lower bar.
    ranked = [height for _, height in sorted(zip(params, frozen.y, strict=True))]
    assert ranked == sorted(ranked)
    assert [row[3] for row in head.customdata] == ["0", "8,208", "51"]
    assert list(frozen.customdata[1]) == ["block1_conv1", "Conv2D", "224×224×64", "1,792"]


def test_the_strip_marks_where_features_are_cached() -> None:
    made = plan("all", 11, "none")
    names = [layer.name for layer in made.layers]
    for phase in (0, 1):
        (line,) = plots.layer_strip(made, phase).layout.shapes
        assert line.x0 == line.x1 == names.index(made.phases[phase].cut_point) + 1
    nothing_frozen = plots.layer_strip(made, 2)
    assert nothing_frozen.layout.shapes == ()
    assert [bars.name for bars in nothing_frozen.data] == ["Trained (19)", "Head, trained (3)"]


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
