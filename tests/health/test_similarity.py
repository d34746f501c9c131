import numpy as np
import pytest

from tlcore.health import lookalikes, similarity, twins
from tlcore.health.similarity import compare

WIDTH = 64


def hashes(count: int) -> np.ndarray:
    """Far apart from each other."""
    return np.random.default_rng(9).integers(0, 2**63, count, dtype=np.uint64)


def apart(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32)


def test_a_copy_is_found_by_its_features_alone() -> None:
    features = apart(40)
    features[31] = features[7] + 0.1 * apart(1, seed=3)[0]
    found = compare(features, np.arange(40) % 2, hashes(40)).pairs
    assert [pair[:2] for pair in found] == [(7, 31)]
    assert found[0][2] > 0.95


@pytest.mark.parametrize(("bits", "found"), [(4, True), (12, False), (20, False)])
def test_features_confirm_what_a_hash_says(bits: int, found: bool) -> None:
    """Alike by about 0.56: enough for hashes that are close, not for those that are only near."""
    features, codes = apart(60), hashes(60)
    features[1] = features[0] + 1.2 * apart(1, seed=5)[0]
    codes[1] = codes[0] ^ np.uint64(2**bits - 1)
    features[2] = apart(1, seed=6)[0]
    codes[2] = codes[0]
    similar = compare(features, np.zeros(60, int), codes)
    centred = features - features.mean(axis=0)
    cosine = centred[0] @ centred[1] / np.linalg.norm(centred[0]) / np.linalg.norm(centred[1])
    assert similarity.CLOSE < cosine < similarity.NEAR
    # Equal hashes of pictures that have nothing else in common are no pair: mostly white drawings.
    assert [pair[:2] for pair in similar.pairs] == ([(0, 1)] if found else [])


def test_what_all_have_in_common_does_not_count() -> None:
    """Any two are at 0.99 by the plain cosine, as in a dataset of nothing but solar panels."""
    labels = np.arange(40) % 2
    kinds = np.abs(apart(2, seed=1))[labels] * 30
    features = (kinds + apart(40)).astype(np.float32)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    assert (unit @ unit.T)[0, 2] > 0.99
    assert compare(features, labels, hashes(40)).pairs == ()


def test_a_copy_in_another_class_is_found() -> None:
    labels = np.repeat([0, 1], 20)
    features = apart(40) + 1.5 * apart(2, seed=1)[labels] / np.sqrt(2)
    features[30] = features[3]
    assert [pair[:2] for pair in compare(features, labels, hashes(40)).pairs] == [(3, 30)]


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    features, labels = apart(50), np.arange(50) % 3
    features[49] = features[0] + 0.1 * apart(1, seed=3)[0]
    whole = compare(features, labels, hashes(50))
    steps: list[tuple[int, int]] = []
    monkeypatch.setattr(similarity, "_BLOCK_ROWS", 7)
    parts = compare(features, labels, hashes(50), lambda done, total: steps.append((done, total)))
    assert [pair[:2] for pair in parts.pairs] == [pair[:2] for pair in whole.pairs] == [(0, 49)]
    assert np.array_equal(parts.neighbours, whole.neighbours)
    assert steps[0] == (7, 50)
    assert steps[-1] == (50, 50)


def test_neighbours_are_others_the_nearest_first() -> None:
    features = apart(30)
    features[4] = features[20] + 0.2 * apart(1, seed=2)[0]
    neighbours = compare(features, np.zeros(30, int), hashes(30)).neighbours
    assert neighbours.shape == (30, similarity.NEIGHBOURS)
    assert neighbours[20, 0] == 4
    assert all(row not in neighbours[row] for row in range(30))


def test_a_few_pictures_have_fewer_neighbours() -> None:
    assert compare(apart(3), np.array([0, 0, 1]), hashes(3)).neighbours.shape == (3, 2)


def test_many_frames_of_a_film_hang_together() -> None:
    """All pairs of 300 would be 44,850; some of each are enough."""
    features = np.concatenate([apart(1) + 0.05 * apart(300, seed=4), apart(100, seed=8)])
    found = compare(features, np.zeros(400, int), hashes(400)).pairs
    assert len(found) <= 300 * 20
    (group,) = twins._joined([pair[:2] for pair in found])
    assert group == list(range(300))


def test_classes_that_cannot_be_told_apart() -> None:
    labels = np.repeat([0, 1, 2], 40)
    features = apart(120) + 4 * apart(2, seed=1)[[0, 0, 1]][labels]
    mixing = lookalikes.shares(labels, compare(features, labels, hashes(120)).neighbours, 3)
    assert mixing[0, 1] > 0.45
    assert mixing[0, 2] == mixing[1, 2] == 0


def test_a_rare_class_is_not_alike_for_being_rare() -> None:
    labels = np.repeat([0, 1], [200, 20])
    features = apart(220) + 2.5 * apart(2, seed=1)[labels]
    assert lookalikes.shares(labels, compare(features, labels, hashes(220)).neighbours, 2)[0, 1] < 0.2
