"""Each change is a new dataset; what stays keeps its side, its order and its file."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests import pictures
from tlcore import datasets, intake, versions
from tlcore.datasets import Dataset, Item, Split
from tlcore.errors import DatasetError
from tlcore.workspace import Workspace


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return intake.take(
        workspace, pictures.classes("cup", "mug", "pot", each=12).items(), name="things", test_fraction=0.1
    )


def of(dataset: Dataset, name: str, side: Split | None = None) -> list[Item]:
    label = dataset.classes.index(name)
    return [item for item in dataset.items if label in item.labels and side in (None, item.split)]


def sides(dataset: Dataset) -> dict[str, Split]:
    return {item.sha256: item.split for item in dataset.items}


def taken(workspace: Workspace, *numbers: int) -> Dataset:
    """Further pictures, as an intake gives them."""
    files = {f"{kind}/{n}.png": pictures.png(n) for kind in "ab" for n in (*numbers, *range(9000, 9004))}
    found = intake.take(workspace, files.items(), name="new")
    new = {intake.make_safe(pictures.png(n)).sha256 for n in numbers}
    return replace(found, items=tuple(item for item in found.items if item.sha256 in new and not item.label))


def test_moved_pictures_are_the_next_version(workspace: Workspace, dataset: Dataset) -> None:
    chosen = of(dataset, "mug", Split.TRAIN)[:2]
    moved = versions.move(workspace, dataset, chosen, "cup")
    assert (moved.version, moved.parent) == (2, dataset.id)
    assert moved.change == "2 pictures moved from 'mug' to 'cup'"
    assert pictures.sizes(moved) == {"cup": 14, "mug": 10, "pot": 12}
    assert sides(moved) == sides(dataset)
    # In the same order: features that were computed fit.
    assert [item.sha256 for item in moved.items] == [item.sha256 for item in dataset.items]
    assert moved.path(moved.items[0]).samefile(dataset.path(dataset.items[0]))
    assert datasets.load(workspace, moved.id) == moved
    assert datasets.load(workspace, dataset.id) == dataset


def test_moving_back_finds_the_first_version(workspace: Workspace, dataset: Dataset) -> None:
    chosen = of(dataset, "mug", Split.TRAIN)[:2]
    moved = versions.move(workspace, dataset, chosen, "cup")
    again = [item for item in moved.items if item.sha256 in {one.sha256 for one in chosen}]
    assert versions.move(workspace, moved, again, "mug") == dataset


def test_deleted_pictures_are_gone_from_the_version_alone(workspace: Workspace, dataset: Dataset) -> None:
    chosen = of(dataset, "pot", Split.TRAIN)[:3]
    left = versions.delete(workspace, dataset, chosen)
    assert left.change == "3 pictures of 'pot' deleted"
    assert pictures.sizes(left) == {"cup": 12, "mug": 12, "pot": 9}
    assert sides(left) == {sha: side for sha, side in sides(dataset).items() if sha in sides(left)}
    assert not any((left.folder / "images" / item.file).exists() for item in chosen)
    assert datasets.changes(dataset) == []


def test_a_class_is_renamed_merged_and_removed(workspace: Workspace, dataset: Dataset) -> None:
    renamed = versions.rename_class(workspace, dataset, "mug", " beaker ")
    assert renamed.classes == ("cup", "beaker", "pot")
    merged = versions.merge_classes(workspace, renamed, ["beaker"], "cup")
    assert pictures.sizes(merged) == {"cup": 24, "pot": 12}
    assert merged.change == "Class 'beaker' merged into 'cup'"
    assert sides(merged) == sides(dataset)
    removed = versions.remove_class(workspace, renamed, "pot")
    assert pictures.sizes(removed) == {"cup": 12, "beaker": 12}
    assert removed.change == "Class 'pot' removed with its 12 pictures"
    assert [merged.version, removed.version] == [3, 3]


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (" ", "needs a name"),
        ("x" * 101, "101 characters; 100 is the limit"),
        ("CUP", "There is a class 'cup' already. Merge 'mug' into it instead."),
    ],
)
def test_a_name_that_cannot_be_is_refused(
    workspace: Workspace, dataset: Dataset, new: str, said: str
) -> None:
    with pytest.raises(DatasetError, match=said):
        versions.rename_class(workspace, dataset, "mug", new)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda w, d: versions.delete(w, d, of(d, "mug", Split.TRAIN)),
            "Class 'mug' has no picture for training: a change leaves the split",
        ),
        (
            lambda w, d: versions.delete(w, d, of(d, "mug")[1:]),
            "Class 'mug' has 1 usable image; 4 are needed",
        ),
        (
            lambda w, d: versions.remove_class(w, versions.remove_class(w, d, "mug"), "cup"),
            "There are 1 classes; a classifier needs at least 2",
        ),
        (lambda w, d: versions.merge_classes(w, d, ["cup"], "cup"), "choose two different ones"),
        (lambda w, d: versions.move(w, d, of(d, "mug")[:1], "jar"), "There is no class 'jar'"),
        (lambda w, d: versions.delete(w, d, []), "No picture of this dataset is chosen"),
        (lambda w, d: versions.merge(w, d, d), "All of these pictures are there already"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    workspace: Workspace, dataset: Dataset, change: Callable[[Workspace, Dataset], Dataset], said: str
) -> None:
    with pytest.raises(DatasetError, match=said):
        change(workspace, dataset)


def test_added_pictures_fill_up_the_shares(workspace: Workspace, dataset: Dataset) -> None:
    assert dataset.counts()["cup"] == {Split.TRAIN: 8, Split.VAL: 3, Split.TEST: 1}
    added = versions.add(workspace, dataset, taken(workspace, *range(100, 112)), "cup")
    assert added.change == "12 pictures added to 'cup'"
    assert added.counts()["cup"] == {Split.TRAIN: 16, Split.VAL: 6, Split.TEST: 2}
    assert {sha: side for sha, side in sides(added).items() if sha in sides(dataset)} == sides(dataset)
    assert datasets.changes(added) == []
    one_by_one = dataset
    for number in range(100, 112):
        one_by_one = versions.add(workspace, one_by_one, taken(workspace, number), "cup")
    assert one_by_one.counts()["cup"] == {Split.TRAIN: 16, Split.VAL: 6, Split.TEST: 2}


def test_an_added_picture_joins_its_equal(workspace: Workspace, dataset: Dataset) -> None:
    """In another class it stays on the side that it has; in the same one it is there once."""
    held_out = of(dataset, "mug", Split.VAL)[0]
    files = {int(item.name.removesuffix(".png")): item for item in of(dataset, "mug")}
    number = next(n for n, item in files.items() if item == held_out) + 1000
    added = versions.add(workspace, dataset, taken(workspace, number, 77777), "cup")
    assert [item.split for item in added.items if item.sha256 == held_out.sha256] == [Split.VAL] * 2
    with pytest.raises(DatasetError, match="there already"):
        versions.add(workspace, dataset, taken(workspace, number), "mug")


def test_two_datasets_become_one(workspace: Workspace, dataset: Dataset) -> None:
    files = pictures.classes("CUP", each=14) | {f"jar/{n}.png": pictures.png(5000 + n) for n in range(8)}
    other = intake.take(workspace, files.items(), name="others")
    both = versions.merge(workspace, dataset, other)
    assert pictures.sizes(both) == {"cup": 14, "mug": 12, "pot": 12, "jar": 8}
    assert both.change == f"10 pictures added from dataset 'others' ({other.id})"
    assert both.counts()["jar"] == {Split.TRAIN: 5, Split.VAL: 2, Split.TEST: 1}
    assert {sha: side for sha, side in sides(both).items() if sha in sides(dataset)} == sides(dataset)
    assert Counter(item.sha256 for item in both.items).most_common(1)[0][1] == 1
    assert datasets.changes(both) == []


def test_near_duplicates_are_put_on_one_side(workspace: Workspace, dataset: Dataset) -> None:
    train, val = of(dataset, "cup", Split.TRAIN)[0], of(dataset, "mug", Split.VAL)[0]
    pair = [train.sha256, val.sha256]
    kept = versions.keep_together(workspace, dataset, [pair, ["0" * 64, train.sha256]])
    assert {sides(kept)[sha] for sha in pair} == {Split.TRAIN}
    assert kept.change.endswith("1 picture moved across")
    others = {sha: side for sha, side in sides(kept).items() if sha not in pair}
    assert others == {sha: side for sha, side in sides(dataset).items() if sha not in pair}
    for seed in range(6):
        again = datasets.resplit(workspace, kept, val_fraction=0.4, test_fraction=0, seed=seed)
        assert len({sides(again)[sha] for sha in pair}) == 1
        assert again.together == kept.together


def test_of_several_labels_one_is_exchanged(workspace: Workspace) -> None:
    files = {f"{i}.png": pictures.png(i) for i in range(24)}
    rows = [f"{i}.png,{'cat;dog' if i % 3 else 'owl'}" for i in range(24)]
    files["labels.csv"] = "\n".join(["file,labels", *rows]).encode()
    several = intake.take(workspace, files.items(), name="pets")
    chosen = of(several, "dog", Split.TRAIN)[:2]
    moved = versions.move(workspace, several, chosen, "owl", out_of="dog")
    assert pictures.sizes(moved) == {"cat": 16, "dog": 14, "owl": 10}
    assert moved.several_labels
    fewer = versions.remove_class(workspace, several, "dog")
    assert pictures.sizes(fewer) == {"cat": 16, "owl": 8}
    assert not fewer.several_labels
    merged = versions.merge_classes(workspace, several, ["dog"], "cat")
    assert pictures.sizes(merged) == {"cat": 16, "owl": 8}
