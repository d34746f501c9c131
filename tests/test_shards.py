"""Shards of a cache: taken by one at a time, whole or not there, joined once."""

from pathlib import Path

import numpy as np
import pytest

from tlcore import feature_store, shards
from tlcore.shards import Shards
from tlcore.workspace import Workspace

ROWS = np.arange(7 * 3, dtype=np.float32).reshape(7, 3)


@pytest.fixture
def some(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Shards:
    """Seven rows in shards of at most three."""
    monkeypatch.setattr(shards, "MOST_ROWS", 3)
    return Shards(workspace, workspace.features / "key", ROWS.shape, ROWS.dtype)


def write(some: Shards, number: int) -> None:
    some.write(number, (ROWS[row : row + 1] for row in some.rows(number)))


def test_they_are_all_rows_in_order(some: Shards) -> None:
    assert [*map(some.rows, range(some.count))] == [range(3), range(3, 6), range(6, 7)]
    assert some.missing() == [0, 1, 2]


def test_a_large_row_is_a_shard_of_its_own(workspace: Workspace) -> None:
    large = Shards(workspace, workspace.features / "key", (5, 2**26), np.dtype(np.float32))
    assert large.count == 5


def test_no_two_work_on_one(some: Shards) -> None:
    with some.take(some.missing()) as first, some.take(some.missing()) as second:
        assert (first, second) == (0, 1)
        with some.take([0, 1]) as third:
            assert third is None
    with some.take(some.missing()) as again:
        assert again == 0


def test_what_somebody_made_meanwhile_is_not_taken(some: Shards) -> None:
    missing = some.missing()
    write(some, 0)
    with some.take(missing) as number:
        assert number == 1
    assert (some.missing(), some.done()) == ([1, 2], 3)


def test_half_a_shard_is_none(some: Shards) -> None:
    def broken() -> object:
        yield ROWS[:1]
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        some.write(0, broken())
    assert some.missing() == [0, 1, 2]
    assert [file for file in some.folder.rglob("*") if file.is_file()] == []


def test_joined_they_are_the_cache(some: Shards) -> None:
    for number in (2, 0, 1):
        write(some, number)
    some.join({"images": 7})
    assert np.array_equal(np.load(some.folder / "features.npy"), ROWS)
    assert sorted(file.name for file in some.folder.iterdir()) == ["features.npy", "index.json"]
    assert not [*feature_store.locks(some.workspace).glob("*.shard")]


def test_who_comes_late_neither_takes_nor_joins(some: Shards) -> None:
    late = some.missing()
    for number in late:
        write(some, number)
    some.join({"images": 7})
    before = (some.folder / "features.npy").stat().st_mtime_ns
    with some.take(late) as number:
        assert number is None
    some.join({"images": 7})
    assert (some.folder / "features.npy").stat().st_mtime_ns == before


def test_a_cache_is_not_joined_from_some(some: Shards) -> None:
    write(some, 0)
    with pytest.raises(FileNotFoundError):
        some.join({"images": 7})
    assert not some.joined
    assert not Path(some.folder / "features.npy").exists()
