"""Help with the shards of a cache, by a stand-in for whoever sends idle workers."""

import pickle
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from contextvars import Context
from typing import Any

import numpy as np
import pytest

from tlcore import feature_maker, feature_store, features, helping, images, shards
from tlcore.config import Augmentation
from tlcore.datasets import Dataset
from tlcore.features import View
from tlcore.shards import Shards
from tlcore.workspace import Workspace

SIZE = 32
VIEW = View(2, Augmentation(flip="horizontal", views=4), 5)


class Crew:
    """Runs what a job calls for within the call, as one helper that is faster than the job; or notes it."""

    def __init__(self, helps: Callable[[Callable[..., object], tuple[object, ...]], object]) -> None:
        self.helps = helps
        self.calls: list[tuple[object, ...]] = []
        self.enoughs = 0

    def call(self, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
        # As they would be on their way to another process.
        self.calls.append(pickle.loads(pickle.dumps(arguments)))
        # Nobody hears a helper, in whatever thread it runs.
        Context().run(self.helps, function, self.calls[-1])

    def enough(self) -> None:
        self.enoughs += 1


@pytest.fixture(autouse=True)
def little_shards(few: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine of four pictures, each slow enough to call for help."""
    monkeypatch.setattr(shards, "MOST_ROWS", 4)
    monkeypatch.setattr(feature_maker, "HELP_FROM_S", -1.0)
    monkeypatch.setattr(feature_maker, "_LOOK_AGAIN_S", 0.001)


def prepared(workspace: Workspace, dataset: Dataset, crew: Crew, view: View = VIEW) -> features.Features:
    with helping.heard_by(crew):
        return features.prepare(workspace, dataset, None, SIZE, view)


@pytest.fixture
def here(workspace: Workspace, few: Dataset) -> Workspace:
    """The few pictures in a workspace of its own, where a helper looks for them."""
    shutil.copytree(few.folder, workspace.datasets / few.id)
    return workspace


@pytest.fixture
def expected(few: Dataset) -> np.ndarray:
    pixels = (images.load_rgb(few.path(item), SIZE) for item in few.items)
    return np.stack([VIEW.apply(one, item) for one, item in zip(pixels, few.items, strict=True)])


def test_a_helper_makes_what_nobody_works_on(here: Workspace, few: Dataset, expected: np.ndarray) -> None:
    crew = Crew(lambda function, arguments: function(*arguments, lambda: False))
    made = prepared(here, few, crew)
    assert np.array_equal(made.array, expected)
    # The shard at which it called is the run's; the helper was done before it went on.
    assert (made.pictures, made.reused, len(crew.calls), crew.enoughs) == (4, False, 1, 1)


def test_a_helper_leaves_when_it_is_dismissed(here: Workspace, few: Dataset, expected: np.ndarray) -> None:
    asked: list[int] = []

    def dismissed() -> bool:
        asked.append(1)
        # At its start and after each shard's pictures: in the middle of the third.
        return len(asked) > 3

    made = prepared(here, few, Crew(lambda function, arguments: function(*arguments, dismissed)))
    assert np.array_equal(made.array, expected)
    assert (made.pictures, len(asked)) == (36 - 2 * 4, 4)
    assert [file.name for file in here.features.rglob("*.part")] == []


@pytest.mark.parametrize("why", ["soon done", "one shard", "nobody hears"])
def test_nobody_is_called_where_it_does_not_pay(
    here: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    crew = Crew(lambda function, arguments: None)
    monkeypatch.setattr(feature_maker, "HELP_FROM_S", 1000.0 if why == "soon done" else -1.0)
    monkeypatch.setattr(shards, "MOST_ROWS", 100 if why == "one shard" else 4)
    if why == "nobody hears":
        assert features.prepare(here, few, None, SIZE, VIEW).pictures == 36
    else:
        assert prepared(here, few, crew).pictures == 36
    assert (crew.calls, crew.enoughs) == ([], 0)


def test_a_helper_that_hangs_is_sent_away(
    here: Workspace, few: Dataset, expected: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature_maker, "PATIENCE_S", 0.01)
    monkeypatch.setattr(feature_maker, "PATIENCE_SHARDS", 0)
    hung = ExitStack()

    def hang(function: Callable[..., object], arguments: tuple[Any, ...]) -> None:
        home, _, key, shape, kind = arguments[:5]
        of_helper = Shards(here, here.features / key, shape, np.dtype(kind))
        assert home == str(here.home)
        assert hung.enter_context(of_helper.take([8])) == 8

    crew = Crew(hang)
    # Whoever is ended by force holds no lock any more.
    monkeypatch.setattr(crew, "enough", hung.close)
    made = prepared(here, few, crew)
    assert (np.array_equal(made.array, expected), made.pictures) == (True, 36)


def test_without_its_graph_a_helper_does_nothing(here: Workspace, few: Dataset) -> None:
    feature_maker.help_job(
        str(here.home), few.id, "key", (36, 8), "<f4", SIZE, VIEW, "no such graph", "", lambda: False
    )
    assert not here.features.exists()
    assert feature_store.all_caches(here) == []
