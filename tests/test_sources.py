from pathlib import Path

import pytest

from tests import pictures
from tests.pictures import reasons, sizes, taken
from tlcore import intake
from tlcore.datasets import LeftOut
from tlcore.errors import DatasetError
from tlcore.sources import HOW
from tlcore.workspace import Workspace


def test_what_systems_leave_behind_is_counted(workspace: Workspace) -> None:
    junk = {
        "__MACOSX/cats/._0.png": b"x", "__MACOSX/cats/._1.png": b"x", "cats/.DS_Store": b"x",
        "Thumbs.db": b"x", "dogs/desktop.ini": b"x", "cats/.ipynb_checkpoints/0.png": pictures.png(),
        ".hidden": b"x", "fish/": b"",
    }  # fmt: skip
    dataset = taken(workspace, pictures.classes("cats", "dogs") | junk)
    assert sizes(dataset) == {"cats": 4, "dogs": 4}
    assert dataset.notes == (
        "Ignored: .DS_Store (1)",
        "Ignored: .ipynb_checkpoints (1)",
        "Ignored: Thumbs.db (1)",
        "Ignored: __MACOSX (2)",
        "Ignored: desktop.ini (1)",
        "Ignored: hidden files (1)",
    )
    assert dataset.left_out == (LeftOut("fish", "The folder is empty."),)


def test_a_folder_with_links_devices_and_depth(workspace: Workspace, tmp_path: Path) -> None:
    root = pictures.written(tmp_path / "pets", pictures.classes("cats", "dogs"))
    (root / "cats" / "link.png").symlink_to(root / "dogs" / "0.png")
    (root / "loop").symlink_to(root)
    (root / ".git").mkdir()
    (root / "empty").mkdir()
    pictures.written(root, {"d/" * 30 + "x.png": pictures.png(5)})
    dataset = intake.take(workspace, root, name="x")
    assert sizes(dataset) == {"cats": 4, "dogs": 4}
    assert dataset.notes == ("Ignored: hidden files (1)",)
    assert reasons(dataset) == {
        "cats/link.png": "It is a link, not a file.",
        "loop": "It is a link, not a file.",
        "d/" * 19 + "d": "It lies 21 folders deep; 20 is the limit.",
        "empty": "The folder is empty.",
    }


def test_a_file_that_is_no_archive(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    said = f"'notes.txt' is not a zip, tar or tar.gz archive, or a folder of pictures. {HOW}"
    for source in (path, [("notes.txt", b"hello")]):
        with pytest.raises(DatasetError) as caught:
            intake.take(workspace, source, name="x")
        assert str(caught.value) == said
    with pytest.raises(DatasetError, match="^'gone' cannot be read") as caught:
        intake.take(workspace, tmp_path / "gone", name="x")
    assert str(tmp_path) not in str(caught.value)
