"""Neighbours, the distance that is usual, and projections, on made-up features."""

import importlib.util

import numpy as np
import pytest

from tests.health import made
from tlcore.atlas import neighbours, projections, reach
from tlcore.atlas.projections import Projection
from tlcore.datasets import Dataset, Split
from tlcore.errors import RunError


def apart(count: int, width: int = 32, seed: int = 0) -> np.ndarray:
    return np.abs(np.random.default_rng(seed).normal(size=(count, width))).astype(np.float32)


def cosine(one: np.ndarray, others: np.ndarray) -> np.ndarray:
    return 1 - others @ one / np.linalg.norm(others, axis=1) / np.linalg.norm(one)


def test_neighbours_are_other_training_pictures_the_nearest_first() -> None:
    features, training = apart(40), np.arange(0, 40, 2)
    found = neighbours.of_all(features, training)
    assert found.rows.shape == (40, neighbours.NEAREST)
    for row in range(40):
        others = training[training != row]
        away = cosine(features[row], features[others])
        best = np.argsort(away)[: neighbours.NEAREST]
        assert found.rows[row].tolist() == others[best].tolist()
        assert found.distances[row] == pytest.approx(away[best], abs=1e-5)


def test_a_copy_is_a_neighbour_and_the_picture_itself_is_not() -> None:
    features = apart(20)
    features[7] = 2 * features[3]
    found = neighbours.of_all(features, np.arange(20))
    assert (found.rows[3, 0], found.rows[7, 0]) == (7, 3)
    assert found.distances[3, 0] == pytest.approx(0, abs=1e-6)
    assert all(row not in found.rows[row] for row in range(20))


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    features, training = apart(30), np.arange(5, 30)
    whole = neighbours.of_all(features, training)
    steps: list[tuple[int, int]] = []
    monkeypatch.setattr(neighbours, "_BLOCK_ROWS", 7)
    parts = neighbours.of_all(features, training, lambda done, total: steps.append((done, total)))
    assert np.array_equal(parts.rows, whole.rows)
    assert (steps[0], steps[-1]) == ((7, 30), (30, 30))


def test_few_training_pictures_are_all_neighbours() -> None:
    assert neighbours.of_all(apart(6), np.arange(3)).rows.shape == (6, 2)


def test_a_new_picture_finds_its_like() -> None:
    features, training = apart(30), np.arange(10, 30)
    rows, distances = neighbours.of_one(neighbours.units(features[training]), training, 3 * features[12])
    assert rows[0] == 12
    assert distances[0] == pytest.approx(0, abs=1e-6)
    assert np.all(np.diff(distances) >= 0)
    assert np.isin(rows, training).all()


def two_classes(train: int, val: int, test: int = 0) -> Dataset:
    sides = [*[Split.TRAIN] * train, *[Split.VAL] * val, *[Split.TEST] * test]
    drawn = [("ab"[row % 2], made.noise(row, (4, 4))) for row in range(len(sides))]
    return made.dataset(drawn, sides)[0]


@pytest.mark.parametrize(("train", "k"), [(40, 8), (12, 5), (4, 1), (2, 1)])
def test_no_more_neighbours_count_than_the_rarest_class_has(train: int, k: int) -> None:
    assert reach.k_of(two_classes(train, 4)) == k


def test_what_is_usual_is_told_by_pictures_the_network_did_not_learn() -> None:
    dataset = two_classes(train=40, val=40, test=10)
    distances = np.tile(np.linspace(0, 0.1, 90, dtype=np.float32)[:, None], (1, 8))
    distances[40:80] += 0.4
    distances[80:] = 9
    frozen = reach.of(dataset, distances, trained=False)
    assert frozen == reach.Reach(8, pytest.approx(float(np.quantile(distances[:80, 7], 0.95))))
    tuned = reach.of(dataset, distances, trained=True)
    assert tuned == reach.Reach(8, pytest.approx(float(np.quantile(distances[40:80, 7], 0.95))))
    # Too few are held out to say.
    few = two_classes(train=40, val=10)
    assert reach.of(few, distances[:50], trained=True) == reach.of(few, distances[:50], trained=False)


@pytest.fixture(scope="module")
def groups() -> np.ndarray:
    centres = apart(2, seed=1) * 4
    return centres[np.arange(30) % 2] + apart(30, seed=2)


@pytest.mark.parametrize("projection", [Projection.PCA, Projection.TSNE, Projection.UMAP])
def test_two_groups_stay_two(groups: np.ndarray, projection: Projection) -> None:
    if not projections.is_available(projection):
        pytest.skip("UMAP is an extra.")
    found = projections.project(projection, groups)
    assert found.points.shape == (30, 2)
    points = found.points.astype(float)
    away = np.linalg.norm(points[:, None] - points[None], axis=2) + 1e9 * np.eye(30)
    assert (away.argmin(axis=1) % 2 == np.arange(30) % 2).all()
    if projection is Projection.PCA:
        assert np.array_equal(projections.project(projection, groups).points, found.points)


def test_pca_tells_how_much_it_shows(groups: np.ndarray) -> None:
    found = projections.project(Projection.PCA, groups)
    units = groups / np.linalg.norm(groups, axis=1, keepdims=True)
    variances = np.linalg.svd(units - units.mean(axis=0), compute_uv=False) ** 2
    assert found.shares == pytest.approx(tuple(variances[:2] / variances.sum()), rel=1e-3)


def test_without_umap_there_is_a_way_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert [projections.is_available(one) for one in Projection] == [True, True, False]
    with pytest.raises(RunError, match=r"pip install 'thaw-studio\[umap\]'"):
        projections.project(Projection.UMAP, apart(4))
