import pytest
from scipy.stats import binomtest

from tlcore.intervals import wilson


@pytest.mark.parametrize(("right", "total"), [(0, 1), (1, 1), (0, 40), (7, 9), (40, 57), (9_800, 10_000)])
def test_the_interval_is_the_one_of_scipy(right: int, total: int) -> None:
    expected = binomtest(right, total).proportion_ci(0.95, method="wilson")
    assert wilson(right, total) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(("right", "total"), [(0, 3), (3, 3), (1, 3), (29, 100)])
def test_the_share_lies_in_it(right: int, total: int) -> None:
    low, high = wilson(right, total)
    assert 0 <= low <= right / total <= high <= 1


@pytest.mark.parametrize(("right", "total"), [(0, 0), (4, 3), (-1, 3)])
def test_what_is_no_share_is_refused(right: int, total: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(right, total)
