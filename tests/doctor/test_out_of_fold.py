"""Heads that judge pictures they never saw, on features made up: three heaps of points."""

import numpy as np
import pytest

from tlcore.doctor import heads

WIDTH = 24


def heaps(each: int, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Features and labels, class by class in turn."""
    draw = np.random.default_rng(0)
    labels = np.arange(each * classes) % classes
    centres = 3 * draw.normal(size=(classes, WIDTH))
    return (centres[labels] + draw.normal(size=(len(labels), WIDTH))).astype(np.float32), labels


def targets_of(labels: np.ndarray, classes: int = 3) -> np.ndarray:
    return np.eye(classes, dtype=np.float32)[labels]


def alone(count: int) -> list[str]:
    return [f"{row:04}" for row in range(count)]


def test_what_looks_like_another_class_is_said_to_be_one() -> None:
    features, labels = heaps(20)
    given = labels.copy()
    given[[3, 17, 40]] = (given[[3, 17, 40]] + 1) % 3
    told: list[tuple[int, int]] = []
    found, folds = heads.out_of_fold(
        features, targets_of(given), alone(60), progress=lambda *step: told.append(step)
    )
    assert folds == heads.MOST_FOLDS
    assert found.argmax(axis=1).tolist() == labels.tolist()
    assert found.sum(axis=1) == pytest.approx(np.ones(60), abs=1e-5)
    own = found[np.arange(60), given]
    assert {*np.argsort(own)[:3].tolist()} == {3, 17, 40}
    assert (told[0], told[-1]) == ((0, 20), (20, 20))
    assert told == sorted(told)


def test_near_duplicates_do_not_vouch_for_each_other() -> None:
    """A mislabelled picture whose copies bear the same wrong label."""
    features, labels = heaps(12)
    copies = [0, 3, 6, 9]
    features[copies] = features[0] + 0.01 * np.random.default_rng(1).normal(size=(4, WIDTH))
    given = labels.copy()
    given[copies] = 1
    apart, _ = heads.out_of_fold(features, targets_of(given), alone(36))
    units = [f"{0 if row in copies else row:04}" for row in range(36)]
    together, _ = heads.out_of_fold(features, targets_of(given), units)
    assert (apart[copies, 1] > 0.5).all()
    assert (together[copies, 1] < 0.5).all()


@pytest.mark.parametrize(("each", "folds"), [(4, 4), (3, 3), (2, 2)])
def test_few_pictures_make_few_folds(each: int, folds: int) -> None:
    features, labels = heaps(each)
    found, made = heads.out_of_fold(features, targets_of(labels), alone(3 * each))
    assert made == folds
    assert found.argmax(axis=1).tolist() == labels.tolist()


def test_a_class_of_one_unit_is_not_judged() -> None:
    features, labels = heaps(8)
    units = ["one" if label == 2 else f"{row:04}" for row, label in enumerate(labels)]
    found, _ = heads.out_of_fold(features, targets_of(labels), units)
    assert np.isnan(found[labels == 2]).all()
    assert not np.isnan(found[labels != 2]).any()


def test_where_all_is_one_unit_nothing_is_judged() -> None:
    features, labels = heaps(4)
    found, folds = heads.out_of_fold(features, targets_of(labels), ["one"] * 12)
    assert np.isnan(found).all()
    assert folds == 0


def test_of_several_labels_each_has_a_probability() -> None:
    """A point that lies with two heaps has two labels; one label was forgotten, one is too many."""
    draw = np.random.default_rng(2)
    true = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]], np.float32)
    targets = true[np.arange(100) % 5]
    centres = 3 * draw.normal(size=(3, WIDTH))
    features = (targets @ centres + 0.5 * draw.normal(size=(100, WIDTH))).astype(np.float32)
    given = targets.copy()
    given[3, 1], given[7, 0] = 0, 1
    found, _ = heads.out_of_fold(features, given, alone(100), several_labels=True)
    assert ((found >= 0.5) == (targets > 0)).all(axis=1).mean() > 0.95
    assert found[3, 1] > 0.5
    assert found[7, 0] < 0.5
    assert found.sum(axis=1).max() > 1.5


def test_a_label_that_is_seldom_alone_is_folded_too() -> None:
    """Many pictures have it; few have none that is rarer."""
    features, labels = heaps(12)
    targets = np.concatenate([targets_of(labels), np.ones((36, 1), np.float32)], axis=1)
    targets[:2, :3] = 0
    found, folds = heads.out_of_fold(features, targets, alone(36), several_labels=True)
    assert folds == heads.MOST_FOLDS
    assert not np.isnan(found).any()


def test_features_that_never_differ_do_no_harm() -> None:
    features, labels = heaps(6)
    features[:, 5] = 0
    found, _ = heads.out_of_fold(features, targets_of(labels), alone(18))
    assert found.argmax(axis=1).tolist() == labels.tolist()
