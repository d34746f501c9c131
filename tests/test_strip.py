import base64
import re
from collections import Counter
from xml.etree import ElementTree

import pytest

from tlcore import plans, plots, strip
from tlcore.config import Recipe
from tlcore.plans import Plan


def plan(*freezes: int | str) -> Plan:
    return plans.make(
        Recipe.parse({
            "backbone": {"name": "vgg16"}, "head": {"layers": [{"dense": 16}]},
            "phases": [{"freeze": freeze} for freeze in freezes],
        }), 3,
    )  # fmt: skip


def test_the_strip_has_a_bar_for_each_layer_in_three_colours() -> None:
    figure = strip.figure(plan(11))
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
    frozen, head = strip.figure(made).data
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
        (line,) = strip.figure(made, phase).layout.shapes
        assert line.x0 == line.x1 == names.index(made.phases[phase].cut_point) + 1
    nothing_frozen = strip.figure(made, 2)
    assert nothing_frozen.layout.shapes == ()
    assert [bars.name for bars in nothing_frozen.data] == ["Trained (19)", "Head, trained (3)"]


def test_the_picture_shows_what_the_chart_does() -> None:
    made = plan(11)
    shown, bars = strip.picture(made, "the <strip>"), drawn(strip.picture(made, "the <strip>"))
    assert 'alt="the &lt;strip&gt;"' in shown
    for title in ("Frozen (11)", "Trained (8)", "Head, trained (3)"):
        assert f"{title}</span>" in shown
    fills = Counter(bar.get("fill") for bar in bars)
    # The strokes of what is trained lie over it, as bars of their own.
    assert fills == {plots.ICE: 11, plots.EMBER: 8 + 3, "url(#single)": 8, "url(#crossed)": 3}
    chart = [height for part in strip.figure(made).data for height in part.y]
    solid = [bar for bar in bars if bar.get("fill", "").startswith("#")]
    assert [float(bar.get("height", "")) / 150 for bar in solid] == pytest.approx(chart, abs=1e-3)
    edges = [float(bar.get("x", "")) + float(bar.get("width", "")) for bar in solid]
    assert edges == sorted(edges)
    assert edges[-1] == pytest.approx(1000, abs=0.2)


def test_the_picture_marks_the_cut_where_there_is_one() -> None:
    made = plan("all", "none")
    assert len(lines(strip.picture(made, "", 0))) == 1
    assert not lines(strip.picture(made, "", 1))
    for phase in (0, 1):
        assert (strip.cut(made, phase) is None) == (phase == 1)


def _svg(shown: str) -> ElementTree.Element:
    """The strip itself: the last of the pictures."""
    found = re.findall(r"data:image/svg\+xml;base64,([\w+/=]+)", shown)
    return ElementTree.fromstring(base64.b64decode(found[-1]))


def drawn(shown: str) -> list[ElementTree.Element]:
    return _svg(shown).findall("{*}rect")


def lines(shown: str) -> list[ElementTree.Element]:
    return _svg(shown).findall("{*}path")
