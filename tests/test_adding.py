"""Pictures from files or an archive into a class that is there."""

from pathlib import Path

import pytest

from tests import pictures
from tlcore import adding, datasets, intake
from tlcore.datasets import Dataset, LeftOut
from tlcore.errors import DatasetError
from tlcore.workspace import Workspace


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return intake.take(workspace, pictures.classes("cats", "dogs", each=8).items(), name="pets")


def test_files_go_into_the_class_and_the_rest_is_told(workspace: Workspace, dataset: Dataset) -> None:
    seen: list[tuple[int, int]] = []
    files = [("new/a.png", pictures.png(900)), ("new/b.png", b"no picture"), ("new/c.png", pictures.png(900))]
    added = adding.add(workspace, dataset, files, "dogs", progress=lambda *done: seen.append(done))
    assert pictures.sizes(added) == {"cats": 8, "dogs": 9}
    assert [item.name for item in added.items if item not in dataset.items] == ["a.png"]
    assert [entry.name for entry in added.left_out] == ["new/b.png", "new/c.png"]
    assert added.left_out[1] == LeftOut("new/c.png", "It is the same picture as 'a.png'.")
    assert seen[-1] == (3, 3)
    assert datasets.changes(added) == []
    assert (added.parent, added.version, added.notes) == (dataset.id, 2, ())


def test_an_archive_whatever_its_folders_say(workspace: Workspace, dataset: Dataset) -> None:
    content = pictures.zipped(pictures.classes("x/y", "z", each=2) | {"__MACOSX/._a": b""})
    added = adding.add(workspace, dataset, [("more.zip", content)], "cats")
    assert added.classes == dataset.classes
    assert pictures.sizes(added) == {"cats": 8 + 4 - 2, "dogs": 8}


@pytest.mark.parametrize(
    ("files", "to", "said"),
    [
        ([("new/a.png", b"")], "cats", "holds no usable picture"),
        ([("new/a.png", pictures.png(0))], "cats", "there already"),
        ([("new/a.png", pictures.png(900))], "owls", "There is no class 'owls'"),
    ],
)
def test_nothing_new_is_said(
    workspace: Workspace, dataset: Dataset, files: list[tuple[str, bytes]], to: str, said: str
) -> None:
    with pytest.raises(DatasetError, match=said):
        adding.add(workspace, dataset, files, to)
    assert len(datasets.list_cards(workspace)) == 1


def test_folders_say_the_classes_new_ones_too(workspace: Workspace, dataset: Dataset, tmp_path: Path) -> None:
    files = {f"Cats/{n}.png": pictures.png(900 + n) for n in range(2)}
    files |= {f"owls/{n}.png": pictures.png(950 + n) for n in range(8)}
    folder = pictures.written(tmp_path / "more", files)
    added = adding.add(workspace, dataset, folder, "", missing=["Cats/locked.png"])
    assert pictures.sizes(added) == {"cats": 10, "dogs": 8, "owls": 8}
    assert added.change == "10 pictures added to 'Cats', 'owls'"
    assert [entry.name for entry in added.left_out] == ["Cats/locked.png"]
    sides = {item.sha256: item.split for item in added.items}
    assert all(sides[item.sha256] is item.split for item in dataset.items), "what was there stays on its side"


def test_labels_csv_says_classes_and_what_belongs_together(
    workspace: Workspace, dataset: Dataset, tmp_path: Path
) -> None:
    """As the camera sends them: a class may be called as no folder could be."""
    shots = {f"camera/1-{n}.jpg": pictures.png(900 + n) for n in range(5)}
    rows = "".join(f'"1-{n}.jpg","a/b, or ""train""","hold 1"\n' for n in range(5))
    files = {"camera/labels.csv": f"file,labels,group\n{rows}".encode(), **shots}
    added = adding.add(workspace, dataset, pictures.written(tmp_path / "upload", files), "")
    assert pictures.sizes(added) == {'a/b, or "train"': 5, "cats": 8, "dogs": 8}
    assert {item.group for item in added.items} == {"", "hold 1"}
    assert added.left_out == ()
