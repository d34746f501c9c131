import subprocess
import sys
from pathlib import Path

import pytest

from tlcore import feature_store
from tlcore.workspace import Workspace


def made(workspace: Workspace, key: str, size_bytes: int, used_s: float) -> Path:
    import os

    folder = workspace.features / key
    folder.mkdir(parents=True)
    (folder / "features.npy").write_bytes(bytes(size_bytes - 2))
    (folder / "index.json").write_text("{}")
    os.utime(folder / "index.json", (used_s, used_s))
    return folder


def keys(workspace: Workspace) -> list[str]:
    return [cache.key for cache in feature_store.all_caches(workspace)]


@pytest.fixture
def three(workspace: Workspace) -> Workspace:
    for key, size, used in (("newest", 100, 3000), ("oldest", 100, 1000), ("middle", 100, 2000)):
        made(workspace, key, size, used)
    return workspace


def test_caches_are_told_by_age_and_size(three: Workspace) -> None:
    (three.features / "half").mkdir()
    (three.features / "half" / "features.npy").write_bytes(b"x")
    found = feature_store.all_caches(three)
    assert [(cache.key, cache.size_bytes) for cache in found] == [
        ("oldest", 100), ("middle", 100), ("newest", 100)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("needed", "left"),
    [
        (0, ["oldest", "middle", "newest"]),
        (100, ["middle", "newest"]),
        (101, ["newest"]),
        (400, []),
    ],
)
def test_the_least_recently_used_go_until_there_is_room(
    three: Workspace, needed: int, left: list[str]
) -> None:
    removed = feature_store.make_room(three, needed, budget_bytes=300)
    assert keys(three) == left
    assert sorted(removed + left) == ["middle", "newest", "oldest"]


def test_what_is_in_use_stays_and_counts_as_used_now(three: Workspace) -> None:
    lock = feature_store.use(three, "oldest")
    assert feature_store.is_in_use(three, "oldest")
    assert feature_store.make_room(three, 300, budget_bytes=300) == ["middle", "newest"]
    lock.release()
    assert not feature_store.is_in_use(three, "oldest")
    assert feature_store.make_room(three, 300, budget_bytes=300) == ["oldest"]


def test_a_use_that_has_ended_leaves_no_mark(three: Workspace) -> None:
    feature_store.done_with(feature_store.use(three, "oldest"))
    assert list((three.home / "locks").iterdir()) == []
    assert not feature_store.is_in_use(three, "oldest")


def test_a_use_is_remembered(three: Workspace) -> None:
    feature_store.use(three, "oldest").release()
    assert keys(three) == ["middle", "newest", "oldest"]


def test_the_mark_of_a_process_that_died_does_not_count(three: Workspace) -> None:
    code = f"""
import os
from pathlib import Path
from tlcore import feature_store
from tlcore.workspace import Workspace
lock = feature_store.use(Workspace(Path({str(three.home)!r})), "oldest")
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert len(list((three.home / "locks").glob("oldest.*.use"))) == 1
    assert not feature_store.is_in_use(three, "oldest")
    assert list((three.home / "locks").glob("oldest.*.use")) == []


def test_two_do_not_make_the_same(workspace: Workspace) -> None:
    asked: list[int] = []

    class Enough(Exception):
        pass

    def wait() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise Enough

    with feature_store.making(workspace, "key", wait):
        assert asked == []
        with pytest.raises(Enough), feature_store.making(workspace, "key", wait):
            raise AssertionError("made twice")
        with feature_store.making(workspace, "another", wait):
            pass
    with feature_store.making(workspace, "key", wait):
        assert len(asked) == 2
