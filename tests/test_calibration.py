import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from tlcore import calibration


def test_the_error_is_the_mean_distance_weighted_by_counts() -> None:
    # Four said with 0.95, of which two came true; two with 0.35, of which one did.
    said, true = np.array([0.95, 0.95, 0.95, 0.95, 0.35, 0.35]), np.array([1, 1, 0, 0, 1, 0], bool)
    found = calibration.of(said, true)
    assert found.points == [(pytest.approx(0.35), 0.5, 2), (pytest.approx(0.95), 0.5, 4)]
    assert found.error == pytest.approx((2 * 0.15 + 4 * 0.45) / 6)
    assert [bin.count for bin in found.bins] == [0, 0, 0, 2, 0, 0, 0, 0, 0, 4]
    assert (found.bins[0].confidence, found.bins[0].share) == (None, None)


def test_the_points_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(3)
    said = random.random(500)
    # Also on the edges of the bins.
    said[:11] = np.linspace(0, 1, 11)
    true = random.random(500) < said**2
    shares, confidences = calibration_curve(true, said, n_bins=calibration.BINS)
    points = calibration.of(said, true).points
    assert [point[0] for point in points] == pytest.approx(list(confidences))
    assert [point[1] for point in points] == pytest.approx(list(shares))
    assert sum(point[2] for point in points) == 500


def test_one_that_is_always_right_and_sure_has_no_error() -> None:
    assert calibration.of(np.ones(3), np.ones(3, bool)).error == 0
