"""McNemar's exact test against scipy's binomial test, and Holm's correction against his own example."""

import pytest
from scipy.stats import binomtest

from tlcore import paired
from tlcore.paired import FEWEST, LEVEL, Paired


@pytest.mark.parametrize(
    ("first", "second"), [(3, 2), (2, 12), (12, 2), (5, 5), (0, 6), (1, 0), (40, 61), (400, 300)]
)
def test_the_p_value_is_that_of_the_binomial_test(first: int, second: int) -> None:
    expected = binomtest(first, first + second, 0.5).pvalue
    assert Paired(100, first, second, 7).p_value == pytest.approx(expected, rel=1e-9)


def test_the_same_answers_are_no_difference() -> None:
    assert Paired(10, 0, 0, 3).p_value == 1.0


def test_with_fewer_differing_pictures_nothing_can_be_proved() -> None:
    assert Paired(0, FEWEST - 1, 0, 0).p_value >= LEVEL > Paired(0, FEWEST, 0, 0).p_value


def test_counting() -> None:
    found = paired.count([True, True, False, False, True], [True, False, True, False, False])
    assert found == Paired(both=1, only_first=2, only_second=1, neither=1)
    assert (found.pictures, found.differing) == (5, 3)


def test_holm() -> None:
    # Sorted 0.005, 0.01, 0.03, 0.04: times 4, 3, 2, 1, and none below the one before.
    assert paired.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert paired.holm([0.03]) == [0.03]
    assert paired.holm([0.9, 0.8]) == [1.0, 1.0]
    assert paired.holm([]) == []
