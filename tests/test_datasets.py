import pytest

from tests import pictures
from tlcore import datasets, intake
from tlcore.datasets import Dataset, LeftOut, Split
from tlcore.errors import NotFound, WorkspaceError
from tlcore.workspace import Workspace


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return intake.take(workspace, pictures.classes("cats", "dogs", each=8).items(), name="pets")


def fractions(val: float = 0.25, test: float = 0.0, seed: int = 0) -> dict[str, float]:
    return {"val_fraction": val, "test_fraction": test, "seed": seed}


def test_a_loaded_dataset_equals_the_saved_one(workspace: Workspace, dataset: Dataset) -> None:
    assert datasets.load(workspace, dataset.id) == dataset
    assert dataset.folder == workspace.datasets / dataset.id
    assert dataset.name == "pets"
    assert dataset.counts() == {
        "cats": {Split.TRAIN: 6, Split.VAL: 2, Split.TEST: 0},
        "dogs": {Split.TRAIN: 6, Split.VAL: 2, Split.TEST: 0},
    }
    assert [len(dataset.of(side)) for side in Split] == [12, 4, 0]
    assert all(dataset.path(item).is_file() for item in dataset.items)
    assert [(i.label, i.sha256) for i in dataset.items] == sorted((i.label, i.sha256) for i in dataset.items)


def test_resplit_shares_pictures_and_order(workspace: Workspace, dataset: Dataset) -> None:
    other = datasets.resplit(workspace, dataset, **fractions(0.5, 0.25, 7))
    assert other.id != dataset.id
    assert [item.sha256 for item in other.items] == [item.sha256 for item in dataset.items]
    assert [len(other.of(side)) for side in Split] == [4, 8, 4]
    assert other.path(other.items[0]).samefile(dataset.path(dataset.items[0]))
    assert datasets.resplit(workspace, other, **fractions()) == dataset


def test_several_labels_are_split_and_kept(workspace: Workspace) -> None:
    files = {f"{i}.png": pictures.png(i) for i in range(24)}
    rows = [f"{i}.png,{'cat;dog' if i % 3 else 'owl'}{';owl' if i % 2 else ''}" for i in range(24)]
    files["labels.csv"] = "\n".join(["file,labels", *rows]).encode()
    dataset = intake.take(workspace, files.items(), name="pets")
    assert {name: list(sides.values()) for name, sides in dataset.counts().items()} == {
        "cat": [12, 4, 0],
        "dog": [12, 4, 0],
        "owl": [12, 4, 0],
    }
    other = datasets.resplit(workspace, dataset, **fractions(0.5, 0.25, 7))
    assert [item.labels for item in other.items] == [item.labels for item in dataset.items]
    assert {name: list(sides.values()) for name, sides in other.counts().items()} == {
        "cat": [4, 8, 4],
        "dog": [4, 8, 4],
        "owl": [4, 8, 4],
    }
    assert datasets.resplit(workspace, other, **fractions()) == dataset


def test_resplit_copies_where_links_are_not_possible(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError("no hard links here")

    monkeypatch.setattr("os.link", no_links)
    other = datasets.resplit(workspace, dataset, **fractions(seed=5))
    assert datasets.changes(other) == []
    assert not other.path(other.items[0]).samefile(dataset.path(dataset.items[0]))


def test_list_is_newest_first_and_tells_of_damage(workspace: Workspace, dataset: Dataset) -> None:
    assert datasets.list_all(Workspace(workspace.home / "none")) == []
    second = datasets.resplit(workspace, dataset, **fractions(seed=1))
    third = datasets.resplit(workspace, dataset, **fractions(seed=2))
    assert [d.id for d in datasets.list_all(workspace)] == [third.id, second.id, dataset.id]
    (second.folder / "manifest.json").write_bytes(b'{"id": ')
    assert [d.id for d in datasets.list_all(workspace)] == [third.id, dataset.id]
    assert [entry.name for entry in datasets.list_damaged(workspace)] == [second.id]


@pytest.mark.parametrize("id", ["0123456789abcdef", "../../etc", "", "A" * 16])
def test_unknown_id_is_not_found(workspace: Workspace, dataset: Dataset, id: str) -> None:
    with pytest.raises(NotFound):
        datasets.load(workspace, id)


def test_changes_are_found_and_mended_by_adding_again(workspace: Workspace, dataset: Dataset) -> None:
    first, second = dataset.items[:2]
    dataset.path(first).unlink()
    dataset.path(second).write_bytes(b"other")
    assert datasets.changes(dataset) == [
        LeftOut(first.name, "The picture is missing."),
        LeftOut(second.name, "The picture has been changed."),
    ]
    again = intake.take(workspace, pictures.classes("cats", "dogs", each=8).items(), name="pets")
    assert again.id == dataset.id
    assert datasets.changes(again) == []


def test_saving_on_a_full_disk_leaves_nothing(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.rename", full)
    with pytest.raises(WorkspaceError, match="could not be saved"):
        datasets.resplit(workspace, dataset, **fractions(seed=9))
    assert [d.id for d in datasets.list_all(workspace)] == [dataset.id]
    assert list((workspace.home / "scratch").iterdir()) == []


def test_a_dataset_is_read_once_until_its_file_changes(workspace: Workspace) -> None:
    id = intake.take(workspace, pictures.classes("cats", "dogs").items(), name="pets").id
    first = datasets.load(workspace, id)
    assert datasets.load(workspace, id) is first
    manifest = first.folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"pets"', '"beasts"'))
    assert datasets.load(workspace, id).name == "beasts"
