"""A dataset that grew: the features of the pictures that were there are copied, not computed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tlcore import feature_store, features, images, known_rows, shards
from tlcore.config import Augmentation
from tlcore.datasets import Dataset
from tlcore.features import Features, View
from tlcore.views import ORIGINAL
from tlcore.workspace import Workspace

SIZE = 16
FLIPPED = View(1, Augmentation(flip="horizontal", views=2))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pictures that were decoded, by name of their file."""
    seen: list[str] = []
    load = images.load_rgb

    def counted(path: Path, *words: Any) -> Any:
        seen.append(path.name)
        return load(path, *words)

    monkeypatch.setattr(images, "load_rgb", counted)
    return seen


@pytest.fixture
def prepared(workspace: Workspace) -> Callable[..., Features]:
    def prepare(dataset: Dataset, size: int = SIZE, view: View = ORIGINAL) -> Features:
        made = features.prepare(workspace, dataset, None, size, view)
        feature_store.done_with(made.use)
        return made

    return prepare


def fewer(dataset: Dataset) -> Dataset:
    """Without every third picture, so that the others are new all over it."""
    return replace(dataset, items=tuple(item for i, item in enumerate(dataset.items) if i % 3))


def expected(dataset: Dataset, view: View = ORIGINAL) -> Any:
    pixels = [images.load_rgb(dataset.path(item), SIZE, view.fit) for item in dataset.items]
    return np.stack([view.apply(one, item) for one, item in zip(pixels, dataset.items, strict=True)])


@pytest.mark.parametrize("view", [View(), View(fit="pad"), FLIPPED])
def test_only_new_pictures_are_computed(
    few: Dataset,
    prepared: Callable[..., Features],
    decoded: list[str],
    monkeypatch: pytest.MonkeyPatch,
    view: View,
) -> None:
    monkeypatch.setattr(shards, "MOST_ROWS", 10)
    prepared(fewer(few), view=view)
    decoded.clear()
    made = prepared(few, view=view)
    new = [item.file for i, item in enumerate(few.items) if i % 3 == 0]
    assert sorted(decoded) == sorted(new)
    assert (made.pictures, made.reused, len(made.array)) == (12, False, 36)
    assert np.array_equal(made.array, expected(few, view))


def test_of_fewer_pictures_or_others_in_order_nothing_is_computed(
    few: Dataset, prepared: Callable[..., Features], decoded: list[str]
) -> None:
    prepared(few)
    decoded.clear()
    turned = replace(few, items=few.items[::-1])
    for other in (fewer(few), turned):
        made = prepared(other)
        assert (made.pictures, made.reused, made.runtime) == (0, True, "")
        assert decoded == []
        assert np.array_equal(made.array, expected(other))
        decoded.clear()


def test_rows_of_two_caches_are_put_together(
    few: Dataset, prepared: Callable[..., Features], decoded: list[str]
) -> None:
    first, second = (replace(few, items=few.items[start::2]) for start in (0, 1))
    prepared(first)
    prepared(second)
    decoded.clear()
    made = prepared(few)
    assert decoded == []
    assert np.array_equal(made.array, expected(few))


@pytest.mark.parametrize(
    ("size", "view"), [(SIZE + 1, View()), (SIZE, View(fit="crop")), (SIZE, FLIPPED)], ids=str
)
def test_what_was_made_otherwise_is_not_taken(
    few: Dataset, prepared: Callable[..., Features], decoded: list[str], size: int, view: View
) -> None:
    prepared(fewer(few))
    decoded.clear()
    assert prepared(few, size, view).pictures == 36
    assert len(decoded) == 36


@pytest.mark.parametrize("damage", ["index", "features", "of before"])
def test_what_cannot_be_read_is_computed(
    workspace: Workspace, few: Dataset, prepared: Callable[..., Features], damage: str
) -> None:
    folder = workspace.features / prepared(fewer(few)).key
    if damage == "features":
        (folder / "features.npy").write_bytes(b"x")
    else:
        # An index of an earlier version tells no pictures.
        (folder / "index.json").write_text("x" if damage == "index" else '{"images": 24}')
    made = prepared(few)
    assert made.pictures == 36
    assert np.array_equal(made.array, expected(few))


def test_a_cache_stays_while_rows_are_copied_from_it(
    workspace: Workspace, few: Dataset, prepared: Callable[..., Features]
) -> None:
    key = prepared(fewer(few)).key
    made_by = features._made_by(None, SIZE, View(), "float32")
    with known_rows.held(workspace, made_by, few.items) as known:
        assert sum(item in known for item in few.items) == 24
        assert feature_store.is_in_use(workspace, key)
        assert feature_store.make_room(workspace, 1, 0) == []
    assert not feature_store.is_in_use(workspace, key)
    assert [*workspace.locks.glob("*.use")] == []
