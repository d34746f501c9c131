"""What is said of pictures that were drawn to be found."""

import dataclasses

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.health import made
from tlcore import health
from tlcore.datasets import Split
from tlcore.health import Kind, balance, findings, giveaways, looks, quality, twins
from tlcore.health.findings import finding


def two_classes(change: "dict[str, object]", count: int = 12) -> list[made.Drawn]:
    """Pictures of noise, of which those of class `a` are changed by a function."""
    change_a = change["a"]
    return [("a", change_a(made.noise(i))) for i in range(count)] + [  # type: ignore[operator]
        ("b", made.noise(100 + i)) for i in range(count)
    ]


def telling(change: object) -> list[health.Finding]:
    return list(giveaways.find(*made.dataset(two_classes({"a": change}))))


def captioned(picture: Image.Image) -> Image.Image:
    changed = picture.copy()
    draw = ImageDraw.Draw(changed)
    draw.rectangle((0, 78, 60, 95), fill="black")
    draw.text((3, 80), "Camera 7", fill="white")
    return changed


def barred(picture: Image.Image) -> Image.Image:
    changed = picture.copy()
    draw = ImageDraw.Draw(changed)
    draw.rectangle((0, 0, 95, 9), fill="black")
    draw.rectangle((0, 86, 95, 95), fill="black")
    return changed


def on_blue(picture: Image.Image) -> Image.Image:
    """Smaller, at another place each time, so that no frame is as wide on all sides."""
    place = picture.getpixel((0, 0))
    changed = Image.new("RGB", picture.size, "#0000c0")
    changed.paste(picture.resize((50, 50)), (4 + place[0] % 30, 4 + place[1] % 30))  # type: ignore[index]
    return changed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda picture: made.framed(picture, "#202020"), "in a frame, 6% of the picture wide (#202020)"),
        (on_blue, "with a border of one colour all around (#0000c0)"),
        (barred, "with bars above and below (black)"),
        (captioned, "with the same patch at the bottom left, as a caption or a logo is"),
        (lambda picture: picture.convert("L").convert("RGB"), "without any colour"),
        (lambda picture: picture.resize((96, 64)), "of one shape, 1.50 times as wide as high"),
    ],
)
def test_what_gives_a_class_away(change: object, words: str) -> None:
    found = [one for one in telling(change) if one.classes == (0,)]
    assert [one.kind for one in found] == [Kind.GIVEAWAY]
    assert f"12 of the 12 pictures of 'a' are {words}, and so is no other" in found[0].sentence
    assert found[0].items == (0, 1, 2, 3, 4, 5)


def test_only_borders_can_be_cut_off() -> None:
    assert telling(barred)[0].spare == tuple(range(12))
    assert telling(captioned)[0].spare == ()


def test_what_both_classes_have_gives_nothing_away() -> None:
    drawn = [(name, made.framed(picture, "black")) for name, picture in two_classes({"a": captioned})]
    # The caption is still there.
    assert [one.classes for one in giveaways.find(*made.dataset(drawn))] == [(0,)]
    same = [(name, captioned(made.noise(i))) for i, (name, _) in enumerate(drawn)]
    assert list(giveaways.find(*made.dataset(same))) == []


def test_some_with_a_border_are_no_rule() -> None:
    drawn = [
        (name, made.framed(picture, "black") if row % 2 else picture)
        for row, (name, picture) in enumerate(two_classes({"a": lambda picture: picture}))
    ]
    assert list(giveaways.find(*made.dataset(drawn))) == []


def test_a_handful_may_be_chance() -> None:
    drawn = two_classes({"a": lambda picture: made.framed(picture, "black")}, count=giveaways.FEWEST - 1)
    assert list(giveaways.find(*made.dataset(drawn))) == []


def quality_of(*odd: Image.Image) -> list[health.Finding]:
    drawn = [("a", made.noise(i)) for i in range(9)] + [("b", picture) for picture in odd]
    return list(quality.find(*made.dataset(drawn)))


def test_a_blurred_picture() -> None:
    (one,) = quality_of(made.noise(50).filter(ImageFilter.GaussianBlur(6)))
    assert (one.kind, one.items, one.spare) == (Kind.BLURRED, (9,), (9,))
    assert one.sentence.startswith("'9.png' of 'b' is blurred")
    assert quality_of(made.noise(50)) == []


def test_a_nearly_empty_picture_is_not_called_blurred() -> None:
    white = Image.new("RGB", (96, 96), "white")
    dot = white.copy()
    dot.paste("black", (40, 40, 44, 44))
    found = quality_of(white, dot)
    assert sorted((one.kind, one.items) for one in found) == [(Kind.EMPTY, (9,)), (Kind.EMPTY, (10,))]


def test_a_drawing_on_white_is_not_empty() -> None:
    drawing = Image.new("RGB", (96, 96), "white")
    ImageDraw.Draw(drawing).ellipse((20, 20, 60, 60), outline="black", width=2)
    assert quality_of(drawing) == []


def test_a_tiny_picture() -> None:
    (one,) = quality_of(made.noise(50, size=(40, 30)))
    assert (one.kind, one.items, one.score) == (Kind.TINY, (9,), 40)


def test_a_dataset_of_tiny_pictures_is_one_finding() -> None:
    drawn = [("ab"[i % 2], made.noise(i, size=(32, 32))) for i in range(10)]
    (one,) = quality.find(*made.dataset(drawn))
    assert one.sentence.startswith("10 of 10 pictures are smaller than 64 pixels")
    assert one.spare == ()


def test_where_all_are_smooth_none_is_blurred() -> None:
    soft = [("a", made.noise(i).filter(ImageFilter.GaussianBlur(4))) for i in range(10)]
    assert list(quality.find(*made.dataset(soft))) == []


def counted(**counts: int) -> list[health.Finding]:
    white = Image.new("RGB", (8, 8))
    drawn = [(name, white) for name, count in counts.items() for _ in range(count)]
    return list(balance.find(made.dataset(drawn)[0]))


def test_imbalance_and_few() -> None:
    unequal, few = counted(a=60, b=20, c=19)
    assert (unequal.kind, unequal.classes) == (Kind.IMBALANCE, (0, 2))
    assert "'a' has 60 pictures, 'c' only 19" in unequal.sentence
    assert (few.kind, few.classes, few.score) == (Kind.FEW, (2,), 19)
    assert counted(a=59, b=20) == []


def test_few_everywhere_is_said_once() -> None:
    (one,) = counted(a=5, b=6)
    assert one.sentence.startswith("Every class has fewer than 20 pictures, 'a' 5")


def test_the_same_picture_in_two_classes() -> None:
    drawn = [("a", made.noise(1)), ("b", made.noise(1)), ("b", made.noise(2))]
    (one,) = twins.find(*made.dataset(drawn), [])
    assert (one.kind, one.items, one.spare) == (Kind.TWO_CLASSES, (0, 1), ())
    assert one.sentence == "The same picture is in 'a' and 'b'."


def test_the_largest_of_near_duplicates_stays() -> None:
    drawn = [
        ("a", made.noise(1)),
        ("a", made.noise(1, (192, 192))),
        ("a", made.noise(2)),
        ("b", made.noise(3)),
    ]
    sides = [Split.TRAIN, Split.VAL, Split.TRAIN, Split.TRAIN]
    dataset, seen = made.dataset(drawn, sides)
    (one,) = twins.find(dataset, seen, [(0, 1, 0.9), (0, 2, 0.86)])
    assert (one.kind, one.items, one.spare, one.score) == (Kind.NEAR, (0, 1, 2), (0, 2), 0.86)
    assert one.sentence.startswith("3 pictures of 'a' are nearly the same. They are on different sides of ")
    assert health.across(dataset, one)
    assert health.groups(dataset, [one]) == (tuple(sorted(item.sha256 for item in dataset.items[:3])),)


def test_a_key_is_about_pictures_or_classes() -> None:
    dataset, _ = made.dataset([("a", made.noise(1)), ("a", made.noise(2)), ("b", made.noise(3))])
    pair = finding(dataset, Kind.NEAR, "", [0, 1])
    grown = dataclasses.replace(dataset, items=dataset.items[::-1], id="later")
    assert finding(grown, Kind.NEAR, "otherwise", [1, 2]).key == pair.key
    assert finding(grown, Kind.NEAR, "", [0, 1]).key != pair.key
    unequal = finding(dataset, Kind.IMBALANCE, "", classes=[0, 1])
    assert finding(grown, Kind.IMBALANCE, "", classes=[0, 1]).key == unequal.key
    other = dataclasses.replace(dataset, name="other")
    assert finding(other, Kind.IMBALANCE, "", classes=[0, 1]).key != unequal.key


def test_a_look() -> None:
    look = looks.of(made.framed(made.noise(1), "#102030", width=12))
    assert {side.colour for side in look.sides} == {(0x10, 0x20, 0x30)}
    assert [round(side.width, 3) for side in look.sides] == [0.125] * 4
    assert look.map.shape == (looks.MAP_PX, looks.MAP_PX)
    assert not look.grey
    plain = looks.of(made.noise(1))
    assert {side.width for side in plain.sides} == {0.0}
    assert plain.sharpness > 10 * looks.of(made.noise(1).filter(ImageFilter.GaussianBlur(3))).sharpness
    assert np.bitwise_count(plain.hash ^ looks.of(made.noise(1, (48, 48))).hash) <= 4


def test_a_report_goes_to_json_and_back() -> None:
    dataset, _ = made.dataset([("a", made.noise(1)), ("b", made.noise(2))])
    one = finding(dataset, Kind.NEAR, "Two.", [0, 1], spare=[1], score=0.9)
    report = health.Report("made", 2, (one,), True, 1.5)
    value = health.to_json(report)
    assert findings.from_json(value) == report
    assert findings.from_json(value | {"version": 0}) is None
