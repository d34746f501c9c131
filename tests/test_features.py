import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tlcore import augmentation, feature_maker, features, images, plans, shards
from tlcore.config import Augmentation, Recipe
from tlcore.datasets import Dataset
from tlcore.errors import WorkspaceError
from tlcore.features import View, features_key
from tlcore.models import Network, Prefix
from tlcore.workspace import Workspace

MIRROR = Augmentation(flip="horizontal", views=4)
SIZE = 32


@pytest.fixture(scope="module")
def prefix() -> Prefix:
    """EfficientNet-Lite0 and its pooling: 1280 features. Random weights would give next to nothing but 0."""
    plan = plans.make(Recipe.parse({"backbone": {"image_size": SIZE}}), 3)
    found = Network(plan, Path()).prefix(plan.phases[0])
    assert found is not None
    return found


@pytest.fixture(scope="module")
def pixels(few: Dataset) -> np.ndarray:
    return np.stack([images.load_rgb(few.path(item), SIZE) for item in few.items])


def left_behind(workspace: Workspace) -> list[Path]:
    """The files of caches, whole or not."""
    return [file for file in workspace.features.rglob("*") if file.is_file()]


def test_features_are_the_output_of_the_prefix(
    workspace: Workspace, few: Dataset, prefix: Prefix, pixels: np.ndarray
) -> None:
    told: list[tuple[int, int]] = []
    made = features.prepare(
        workspace, few, prefix, SIZE, progress=lambda done, total: told.append((done, total))
    )
    assert told == sorted(told)
    assert told[-1] == (36, 36)
    assert (made.array.shape, made.array.dtype, made.reused) == ((36, 1280), np.float32, False)
    expected = prefix.model.predict(pixels.astype(np.float32), verbose=0)
    assert np.abs(made.array - expected).max() < 1e-4
    assert np.ptp(expected, axis=0).max() > 1
    assert isinstance(made.array, np.memmap)


def test_what_is_cached_is_not_computed_again(workspace: Workspace, few: Dataset, prefix: Prefix) -> None:
    first = features.prepare(workspace, few, prefix, SIZE)

    def computed(done: int, total: int) -> None:
        raise AssertionError("computed")

    second = features.prepare(workspace, few, prefix, SIZE, progress=computed)
    assert (second.key, second.reused) == (first.key, True)
    assert np.array_equal(first.array, second.array)
    assert {file.name for file in left_behind(workspace)} == {"features.npy", "index.json"}


def test_without_a_prefix_pixels_are_kept(workspace: Workspace, few: Dataset, pixels: np.ndarray) -> None:
    made = features.prepare(workspace, few, None, SIZE)
    assert made.array.dtype == np.uint8
    assert np.array_equal(made.array, pixels)


def test_the_key_is_of_all_that_the_numbers_depend_on(
    few: Dataset, prefix: Prefix, monkeypatch: pytest.MonkeyPatch
) -> None:
    flipped = View(1, MIRROR, 0)
    items = few.items
    keys = [
        features_key(items, prefix.digest, SIZE, View()),
        features_key(items[:-1], prefix.digest, SIZE, View()),
        features_key(items[::-1], prefix.digest, SIZE, View()),
        features_key(items, "another digest", SIZE, View()),
        features_key(items, None, SIZE, View()),
        features_key(items, prefix.digest, 64, View()),
        features_key(items, prefix.digest, SIZE, flipped),
        features_key(items, prefix.digest, SIZE, replace(flipped, number=2)),
        features_key(items, prefix.digest, SIZE, replace(flipped, seed=1)),
    ]
    monkeypatch.setattr(features, "CODE_VERSION", features.CODE_VERSION + 1)
    keys.append(features_key(items, prefix.digest, SIZE, View()))
    assert len(set(keys)) == len(keys) == 10


def test_the_key_is_of_nothing_else(few: Dataset, prefix: Prefix) -> None:
    key = features_key(few.items, prefix.digest, SIZE, View())
    renamed = [replace(item, name="x", label=0) for item in few.items]
    assert features_key(renamed, prefix.digest, SIZE, View()) == key
    # The first view, and every view without a flip, is the pictures themselves.
    assert features_key(few.items, prefix.digest, SIZE, View(0, MIRROR, 7)) == key
    assert features_key(few.items, prefix.digest, SIZE, View(3, Augmentation(), 7)) == key


@pytest.mark.parametrize("damage", ["no index", "cut short", "no features"])
def test_a_cache_that_is_not_whole_is_replaced(
    workspace: Workspace, few: Dataset, pixels: np.ndarray, damage: str
) -> None:
    folder = workspace.features / features_key(few.items, None, SIZE, View())
    folder.mkdir(parents=True)
    whole = np.zeros(pixels.shape, np.uint8)
    np.save(folder / "features.npy", whole)
    if damage != "no index":
        (folder / "index.json").write_text("{}")
        content = (folder / "features.npy").read_bytes()
        (folder / "features.npy").write_bytes(content[:1000])
    if damage == "no features":
        (folder / "features.npy").unlink()
    made = features.prepare(workspace, few, None, SIZE)
    assert not made.reused
    assert np.array_equal(made.array, pixels)
    assert features.prepare(workspace, few, None, SIZE).reused


def test_who_comes_second_waits_and_finds_the_features_made(
    workspace: Workspace, few: Dataset, pixels: np.ndarray
) -> None:
    waited: list[tuple[int, int]] = []
    second: list[features.Features] = []
    begun, waiting = threading.Event(), threading.Event()

    def wait(done: int, total: int) -> None:
        waited.append((done, total))
        waiting.set()

    def come_second() -> None:
        begun.wait()
        second.append(features.prepare(workspace, few, None, SIZE, progress=wait))

    def hold_until_the_other_waits(done: int, total: int) -> None:
        if done:
            begun.set()
            waiting.wait()

    thread = threading.Thread(target=come_second)
    thread.start()
    first = features.prepare(workspace, few, None, SIZE, progress=hold_until_the_other_waits)
    thread.join()
    assert (first.reused, second[0].reused) == (False, True)
    assert waited[0] == (0, 36)
    assert np.array_equal(second[0].array, pixels)
    assert len(left_behind(workspace)) == 2


def test_half_precision_keeps_maps_in_half_the_space(workspace: Workspace, few: Dataset) -> None:
    plan = plans.make(Recipe.parse({"backbone": {"image_size": SIZE}, "phases": [{"freeze": 60}]}), 3)
    inner = Network(plan, Path()).prefix(plan.phases[0])
    assert inner is not None
    whole = features.prepare(workspace, few, inner, SIZE)
    half = features.prepare(workspace, few, inner, SIZE, dtype="float16")
    assert (half.array.dtype, half.array.shape) == (np.float16, whole.array.shape)
    assert half.key != whole.key
    assert np.abs(whole.array).max() > 1
    assert np.abs(half.array - whole.array).max() <= 1e-3 * np.abs(whole.array).max()


def test_what_was_broken_off_goes_on_where_a_shard_ended(
    workspace: Workspace, few: Dataset, pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "MOST_ROWS", 10)
    monkeypatch.setattr(feature_maker, "BATCH", 5)

    def leave(done: int, total: int) -> None:
        if done == 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        features.prepare(workspace, few, None, SIZE, progress=leave)
    assert sorted(file.name for file in left_behind(workspace)) == ["00000.npy", "00001.npy"]
    told: list[int] = []
    made = features.prepare(workspace, few, None, SIZE, progress=lambda done, total: told.append(done))
    assert (told[0], told[-1]) == (20, 36)
    assert not made.reused
    assert np.array_equal(made.array, pixels)
    assert len(left_behind(workspace)) == 2


def test_two_that_need_the_same_share_the_work(
    workspace: Workspace, few: Dataset, pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "MOST_ROWS", 4)
    made: list[features.Features] = []
    both = threading.Barrier(2, timeout=60)

    def meet(done: int, total: int) -> None:
        # Each has begun before any of them is done.
        if done == 0:
            both.wait()

    def prepare() -> None:
        made.append(features.prepare(workspace, few, None, SIZE, progress=meet))

    threads = [threading.Thread(target=prepare) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    for one in made:
        assert np.array_equal(one.array, pixels)
    assert len(left_behind(workspace)) == 2


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may become larger than 60 kB; the pixels need 108."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_a_sentence_and_leaves_nothing(workspace: Workspace, few: Dataset) -> None:
    with pytest.raises(WorkspaceError, match=r"^The features could not be kept \(.+\)\. Free some space\.$"):
        features.prepare(workspace, few, None, SIZE)
    assert left_behind(workspace) == []


@pytest.mark.parametrize("function", ["os.replace", "os.fsync", "tlcore.shards.Path.mkdir"])
def test_a_folder_that_cannot_be_written_is_a_sentence(
    workspace: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    def read_only(*args: object, **options: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patched:
        patched.setattr(function, read_only)
        with pytest.raises(WorkspaceError, match="Read-only file system") as caught:
            features.prepare(workspace, few, None, SIZE)
    assert str(workspace.home) not in str(caught.value)
    assert left_behind(workspace) == []


def test_a_view_flips_exactly_the_pictures_that_were_drawn(
    workspace: Workspace, few: Dataset, pixels: np.ndarray
) -> None:
    made = features.prepare(workspace, few, None, SIZE, View(2, MIRROR, 5))
    draws = [augmentation.draw(MIRROR, seed=5, number=2, sha256=item.sha256) for item in few.items]
    drawn = [draw.flip_horizontal for draw in draws]
    assert 8 < sum(drawn) < 28
    expected = np.stack([p[:, ::-1] if flip else p for p, flip in zip(pixels, drawn, strict=True)])
    assert np.array_equal(made.array, expected)
    assert not np.array_equal(made.array, pixels)


def test_a_view_does_not_depend_on_the_other_pictures(few: Dataset, pixels: np.ndarray) -> None:
    item, picture = few.items[0], pixels[0]
    views = [View(number, MIRROR, 0).apply(picture, item) for number in range(20)]
    flipped = [not np.array_equal(view, picture) for view in views]
    assert flipped[0] is False
    assert 2 < sum(flipped) < 18
    assert np.array_equal(View(1, Augmentation(), 0).apply(picture, item), picture)
