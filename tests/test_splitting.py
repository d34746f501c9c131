from collections import Counter

import pytest

from tlcore import splitting
from tlcore.errors import DatasetError
from tlcore.splitting import Split


def fractions(val: float = 0.25, test: float = 0.0, seed: int = 0) -> dict[str, float]:
    return {"val_fraction": val, "test_fraction": test, "seed": seed}


def hashes(n: int) -> list[str]:
    return [f"{i:064x}" for i in range(n)]


def test_split_is_stratified_and_repeatable() -> None:
    labels = [0] * 40 + [1] * 28
    first = splitting.split(labels, hashes(68), **fractions(0.25, 0.1))
    assert Counter(zip(labels, first, strict=True)) == {
        (0, "train"): 26, (0, "val"): 10, (0, "test"): 4,
        (1, "train"): 18, (1, "val"): 7, (1, "test"): 3,
    }  # fmt: skip
    assert splitting.split(labels, hashes(68), **fractions(0.25, 0.1)) == first
    assert splitting.split(labels, hashes(68), **fractions(0.25, 0.1, seed=1)) != first


def test_split_does_not_depend_on_the_order() -> None:
    labels, names = [0] * 10 + [1] * 10, hashes(20)
    forward = dict(zip(names, splitting.split(labels, names, **fractions()), strict=True))
    backward = splitting.split(labels[::-1], names[::-1], **fractions())
    assert dict(zip(names[::-1], backward, strict=True)) == forward


@pytest.mark.parametrize("seed", range(20))
def test_identical_pictures_stay_on_one_side(seed: int) -> None:
    labels = [0] * 10 + [1] * 10
    names = hashes(10) + hashes(4) + [f"{i:064x}" for i in range(50, 56)]
    sides = splitting.split(labels, names, **fractions(0.3, 0.2, seed))
    for sha256 in set(names):
        assert len({side for side, name in zip(sides, names, strict=True) if name == sha256}) == 1
    counts = Counter(zip(labels, sides, strict=True))
    assert counts[0, Split.VAL] == counts[1, Split.VAL] == 3
    assert counts[0, Split.TEST] == counts[1, Split.TEST] == 2


def test_small_classes_have_one_picture_on_every_side() -> None:
    sides = splitting.split([0] * 4 + [1] * 4, hashes(8), **fractions(0.5, 0.4))
    assert Counter(sides[:4]) == Counter(sides[4:])
    assert set(sides[:4]) == set(Split)


@pytest.mark.parametrize(
    ("val", "test", "said"),
    [
        (0.04, 0, "5% to 50%. Received: 4%"),
        (0.6, 0, "Received: 60%"),
        (0.2, 0.5, "0% to 40%. Received: 50%"),
    ],
)
def test_fractions_are_checked(val: float, test: float, said: str) -> None:
    with pytest.raises(DatasetError, match=said):
        splitting.split([0, 1], hashes(2), **fractions(val, test))


def test_fraction_that_is_no_number_is_refused() -> None:
    with pytest.raises(DatasetError):
        splitting.check_split(float("nan"), 0, 0)


def several(n: int = 120) -> list[tuple[int, ...]]:
    """A common class, two of middling size, and a rare one that only comes together with others."""
    return [
        (0, 3) if i < 5 else (0, 1) if i < 40 else (0, 1, 2) if i < 50 else (2,) if i < 70 else (0,)
        for i in range(n)
    ]


def test_pictures_of_several_labels_are_split_in_shares() -> None:
    sets, names = several(), hashes(120)
    sides = splitting.split_several(sets, names, **fractions(0.25, 0.1))
    counts = Counter((label, side) for labels, side in zip(sets, sides, strict=True) for label in labels)
    assert counts == {
        (0, "train"): 65, (0, "val"): 25, (0, "test"): 10,
        (1, "train"): 29, (1, "val"): 11, (1, "test"): 5,
        (2, "train"): 19, (2, "val"): 8, (2, "test"): 3,
        (3, "train"): 3, (3, "val"): 1, (3, "test"): 1,
    }  # fmt: skip
    assert splitting.split_several(sets, names, **fractions(0.25, 0.1)) == sides
    assert splitting.split_several(sets, names, **fractions(0.25, 0.1, seed=1)) != sides
    backward = splitting.split_several(sets[::-1], names[::-1], **fractions(0.25, 0.1))
    assert backward[::-1] == sides


@pytest.mark.parametrize("seed", range(20))
def test_each_class_of_several_is_on_every_side(seed: int) -> None:
    """Identical pictures, each there twice with other labels, stay together."""
    sets, names = several(60), [name for name in hashes(30) for _ in range(2)]
    sides = splitting.split_several(sets, names, **fractions(0.3, 0.2, seed))
    assert sides[::2] == sides[1::2]
    counts = Counter((label, side) for labels, side in zip(sets, sides, strict=True) for label in labels)
    assert {(label, side) for label in range(4) for side in Split} == set(counts)
