"""Pictures that belong together are on one side, in shares as close as the groups allow."""

from collections import Counter

import pytest

from tests import pictures
from tlcore import datasets, grouping, intake, sides, versions
from tlcore.datasets import Dataset, Split
from tlcore.errors import DatasetError
from tlcore.grouping import Way
from tlcore.splitting import split_units
from tlcore.workspace import Workspace


def animals(count: int = 8, each: int = 5) -> dict[str, bytes]:
    """Of every animal some pictures by day and by night."""
    return {
        f"animal{a}/{kind}/{n}.png": pictures.png(1000 * a + 100 * k + n)
        for a in range(count)
        for k, kind in enumerate(("day", "night"))
        for n in range(each)
    }


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return intake.take(workspace, animals().items(), name="animals")


def by_group(dataset: Dataset, split_by: str) -> dict[str, set[Split]]:
    found: dict[str, set[Split]] = {}
    for item, group in zip(dataset.items, grouping.groups_of(dataset.items, split_by), strict=True):
        found.setdefault(group, set()).add(item.split)
    return found


def test_a_folder_level_is_a_way(dataset: Dataset) -> None:
    assert grouping.ways(dataset.items) == [Way("folder:1", 1, 8, "animal0")]
    assert max(map(len, by_group(dataset, "folder:1").values())) > 1


def test_all_pictures_of_an_animal_are_on_one_side(workspace: Workspace, dataset: Dataset) -> None:
    split = datasets.resplit(
        workspace, dataset, val_fraction=0.25, test_fraction=0.125, seed=3, split_by="folder:1"
    )
    assert [len(places) for places in by_group(split, "folder:1").values()] == [1] * 8
    assert list(split.counts()["day"].values()) == list(split.counts()["night"].values()) == [25, 10, 5]
    assert split.parent == dataset.id
    assert "groups kept together" in split.change
    again = datasets.load(workspace, split.id)
    assert again.split_by == "folder:1"


def test_a_new_picture_goes_where_its_group_is(workspace: Workspace, dataset: Dataset) -> None:
    split = datasets.resplit(
        workspace, dataset, val_fraction=0.25, test_fraction=0.0, seed=0, split_by="folder:1"
    )
    more = intake.take(workspace, animals(9, 7).items(), name="more")
    both = versions.merge(workspace, split, more)
    assert len(both.items) == 9 * 14
    assert [len(places) for places in by_group(both, "folder:1").values()] == [1] * 9


def test_the_table_names_groups(workspace: Workspace) -> None:
    files = {f"{n}.png": pictures.png(n) for n in range(24)}
    rows = [f"{n}.png,{'cat' if n % 2 else 'dog'},litter {n // 4}" for n in range(24)]
    files["labels.csv"] = "\n".join(["file,labels,group", *rows]).encode()
    dataset = intake.take(workspace, files.items(), name="pets")
    assert grouping.ways(dataset.items) == [Way("table", 0, 6, "litter 0")]
    split = datasets.resplit(
        workspace, dataset, val_fraction=0.33, test_fraction=0.0, seed=1, split_by="table"
    )
    assert [len(places) for places in by_group(split, "table").values()] == [1] * 6
    assert list(split.counts()["cat"].values()) == [8, 4, 0]


def test_too_few_groups_are_explained(workspace: Workspace) -> None:
    files = pictures.classes("one/a", "two/a", each=6) | {
        f"one/b/{n}.png": pictures.png(700 + n) for n in range(6)
    }
    dataset = intake.take(workspace, files.items(), name="x")
    shares = {"val_fraction": 0.25, "test_fraction": 0.0, "seed": 0, "split_by": "folder:1"}
    said = sides.faults(sides.preview(dataset, **shares))
    assert said == [
        "Class 'b' has no picture for validation: its pictures come from 1 group, and each group stays on "
        "one side; 2 or more are needed. Add pictures of other groups, or split without groups."
    ]
    with pytest.raises(DatasetError, match="1 group"):
        datasets.resplit(workspace, dataset, **shares)


@pytest.mark.parametrize("split_by", ["folder", "folder:0", "folder:x", "<b>"])
def test_an_unknown_way_is_refused(dataset: Dataset, split_by: str) -> None:
    with pytest.raises(DatasetError, match="There is no way to split by"):
        grouping.groups_of(dataset.items, split_by)


def test_equal_pictures_tie_groups_and_so_do_near_ones() -> None:
    sha256s, groups = ["a", "b", "b", "c", "d", "e"], ["x", "x", "y", "y", "", ""]
    assert grouping.units(sha256s, groups) == ["a", "a", "a", "a", "d", "e"]
    assert grouping.units(sha256s, [""] * 6, [["e", "d"], ["d", "a"]]) == ["a", "b", "b", "c", "a", "a"]


@pytest.mark.parametrize("seed", range(10))
def test_groups_of_all_sizes_come_near_the_shares(seed: int) -> None:
    sizes = [1, 1, 2, 3, 5, 8, 13, 2, 4, 6, 9, 1, 7, 3]
    units = [f"{place}" for place, size in enumerate(sizes) for _ in range(size)]
    labels = [(number % 2,) for number in range(len(units))]
    shares = {"val_fraction": 0.3, "test_fraction": 0.1}
    given = split_units(labels, units, **shares, seed=seed, kept={})
    assert len({*zip(units, given, strict=True)}) == len(sizes)
    counts = Counter(zip(labels, given, strict=True))
    for label in ((0,), (1,)):
        total = sum(counts[label, side] for side in Split)
        assert abs(counts[label, Split.VAL] / total - 0.3) < 0.1
        assert 0.03 < counts[label, Split.TEST] / total < 0.2
        assert counts[label, Split.TRAIN] / total > 0.5
    assert split_units(labels, units, **shares, seed=seed, kept={}) == given


def test_units_that_are_kept_stay() -> None:
    units = [f"{n:03d}" for n in range(40)]
    kept = {unit: Split.VAL for unit in units[:5]} | {unit: Split.TRAIN for unit in units[5:20]}
    given = split_units([(0,)] * 40, units, val_fraction=0.25, test_fraction=0.1, seed=0, kept=kept)
    assert given[:5] == [Split.VAL] * 5
    assert given[5:20] == [Split.TRAIN] * 15
    assert Counter(given) == {Split.TRAIN: 26, Split.VAL: 10, Split.TEST: 4}
