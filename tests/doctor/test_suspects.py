"""From probabilities to a list: who is on it, in which order, and the sentence that says why."""

from dataclasses import replace

import numpy as np
import pytest

from tests.health import made
from tlcore.datasets import Dataset
from tlcore.doctor import Report, suspects, why
from tlcore.doctor.report import from_json, to_json


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Twelve pictures, of cat, dog and owl in turn."""
    names = ("cat", "dog", "owl")
    return made.dataset([(names[row % 3], made.noise(row, (4, 4))) for row in range(12)])[0]


@pytest.fixture(scope="module")
def features() -> np.ndarray:
    """Pictures of a class lie together; the first lies with the dogs."""
    rows = np.arange(12) % 3
    rows[0] = 1
    return (np.eye(3)[rows] + 0.01 * np.random.default_rng(0).normal(size=(12, 3))).astype(np.float32)


def sure(dataset: Dataset, share: float = 0.8) -> np.ndarray:
    """Probabilities that say what the labels say."""
    rest = (1 - share) / (len(dataset.classes) - 1)
    return np.where(dataset.targets() > 0, share, rest).astype(np.float32)


def units() -> list[str]:
    return [str(row) for row in range(12)]


def test_where_heads_agree_nobody_is_suspected(dataset: Dataset, features: np.ndarray) -> None:
    assert suspects.find(dataset, sure(dataset), features, units()) == []


def test_the_least_believed_comes_first(dataset: Dataset, features: np.ndarray) -> None:
    probabilities = sure(dataset)
    probabilities[5] = 0.35, 0.33, 0.32
    probabilities[0] = 0.05, 0.9, 0.05
    first, second = suspects.find(dataset, probabilities, features, units())
    assert (first.row, first.suggested, first.focus) == (0, (1,), 1)
    assert (first.quality, first.probability) == pytest.approx((0.05, 0.9))
    assert (second.row, second.suggested) == (5, (0,))
    assert {*first.near} <= {1, 4, 7, 10}
    assert (first.asked, first.votes, first.own_votes) == (10, 4, 3)
    assert why(dataset, first) == (
        "Heads that never saw it give 'dog' 90% and its own class 5%. Of its 10 nearest pictures, 4 are "
        "'dog' and 3 'cat'."
    )


def test_no_near_duplicate_speaks_for_it(dataset: Dataset, features: np.ndarray) -> None:
    probabilities = sure(dataset)
    probabilities[0] = 0.05, 0.9, 0.05
    together = ["0" if row in (0, 1, 4) else str(row) for row in range(12)]
    (found,) = suspects.find(dataset, probabilities, features, together)
    assert {*found.near} == {7, 10}
    assert (found.asked, found.votes) == (9, 2)


def test_what_was_not_judged_is_not_suspected(dataset: Dataset, features: np.ndarray) -> None:
    probabilities = sure(dataset)
    probabilities[[1, 4, 7, 10]] = np.nan
    probabilities[2] = 0.6, 0.2, 0.2
    assert [one.row for one in suspects.find(dataset, probabilities, features, units())] == [2]
    probabilities[:] = np.nan
    assert suspects.find(dataset, probabilities, features, units()) == []


def test_of_several_labels_a_missing_and_a_false_one_are_found(features: np.ndarray) -> None:
    """All have the first label, so that nothing can be said of it."""
    drawn = [("all", made.noise(row, (4, 4))) for row in range(12)]
    plain = replace(made.dataset(drawn)[0], classes=("all", "cat", "owl"))
    items = [replace(item, more=(1 + row % 2,)) for row, item in enumerate(plain.items)]
    dataset = replace(plain, items=tuple(items))
    assert dataset.several_labels
    probabilities = np.where(dataset.targets() > 0, 0.9, 0.1).astype(np.float32)
    probabilities[4] = 0.9, 0.9, 0.97
    probabilities[7] = 0.9, 0.1, 0.03
    found = {one.row: one for one in suspects.find(dataset, probabilities, features, units())}
    assert {*found} == {4, 7}
    assert (found[4].suggested, found[4].focus) == ((0, 1, 2), 2)
    assert (found[7].suggested, found[7].focus) == ((0,), 2)
    assert why(dataset, found[4]).startswith("Heads that never saw it say that it is 'owl' too, by 97%.")
    assert why(dataset, found[7]).startswith(
        "Heads that never saw it give 'owl', one of its labels, only 3%."
    )
    # Those that speak for it have the label that it lacks, or lack the one that it has.
    assert all(2 in dataset.items[row].labels for row in found[4].near)
    assert all(2 not in dataset.items[row].labels for row in found[7].near)


def test_no_share_is_told_as_a_certainty(dataset: Dataset, features: np.ndarray) -> None:
    probabilities = sure(dataset)
    probabilities[0] = 0.0004, 0.9992, 0.0004
    (found,) = suspects.find(dataset, probabilities, features, units())
    assert "give 'dog' 99% and its own class less than 1%" in why(dataset, found)


def test_a_report_goes_to_json_and_back(dataset: Dataset, features: np.ndarray) -> None:
    probabilities = sure(dataset)
    probabilities[0] = 0.05, 0.9, 0.05
    found = suspects.find(dataset, probabilities, features, units())
    report = Report("made", "EfficientNet-Lite0", 12, 4, 11 / 12, tuple(found), ("owl",), 0.5)
    assert from_json(to_json(report)) == report
    assert from_json(to_json(report) | {"version": 0}) is None
