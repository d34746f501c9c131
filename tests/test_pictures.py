import hashlib
import os

import pytest
from PIL import Image

from tests import pictures as make
from tlcore import pictures
from tlcore.errors import ImageError, NotFound
from tlcore.workspace import Workspace


def test_what_is_kept_is_found_and_is_safe(workspace: Workspace) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    content = make.encoded(make.image(1), "PNG", exif=exif)
    assert b"SECRET" in content
    id = pictures.keep(workspace, content)
    file = pictures.find(workspace, id)
    kept = file.read_bytes()
    assert file == workspace.pictures / f"{id}.png"
    assert hashlib.sha256(kept).hexdigest()[:24] == id
    assert b"SECRET" not in kept
    with Image.open(file) as found:
        assert found.tobytes() == make.image(1).tobytes()


def test_the_same_picture_is_kept_once(workspace: Workspace) -> None:
    first = pictures.keep(workspace, make.png(1))
    assert pictures.keep(workspace, make.encoded(make.image(1), "BMP")) == first
    assert pictures.keep(workspace, make.png(2)) != first
    assert len(list(workspace.pictures.iterdir())) == 2


def test_a_photo_stays_jpeg(workspace: Workspace) -> None:
    id = pictures.keep(workspace, make.encoded(make.image(1), "JPEG"))
    assert pictures.find(workspace, id).suffix == ".jpg"


def test_what_is_no_picture_is_not_kept(workspace: Workspace) -> None:
    with pytest.raises(ImageError, match="It is no picture"):
        pictures.keep(workspace, b"hello")
    assert not workspace.pictures.exists()


def test_the_oldest_make_room(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_KEPT", 3)
    ids = []
    for number in range(3):
        ids.append(pictures.keep(workspace, make.png(number)))
        os.utime(pictures.find(workspace, ids[-1]), (number, number))
    # Shown again, the first is the newest.
    pictures.keep(workspace, make.png(0))
    ids.append(pictures.keep(workspace, make.png(3)))
    assert {file.stem for file in workspace.pictures.iterdir()} == {ids[0], ids[2], ids[3]}
    with pytest.raises(NotFound):
        pictures.find(workspace, ids[1])


def test_a_picture_that_another_person_removes_meanwhile_does_not_matter(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures.keep(workspace, make.png(1))
    workspace.pictures.joinpath("gone.png").symlink_to(workspace.home / "nowhere")
    id = pictures.keep(workspace, make.png(2))
    assert pictures.find(workspace, id).is_file()


def test_what_is_forgotten_is_gone(workspace: Workspace) -> None:
    kept, forgotten = pictures.keep(workspace, make.png(1)), pictures.keep(workspace, make.png(2))
    pictures.forget(workspace, forgotten)
    assert [file.stem for file in workspace.pictures.iterdir()] == [kept]
    with pytest.raises(NotFound, match="The picture of this link is not here any more. Choose it again."):
        pictures.forget(workspace, forgotten)


@pytest.mark.parametrize("id", ["", "*", "../runs/x", "?" * 24, "0" * 24, "a" * 5000])
def test_an_id_that_names_nothing_is_not_found(workspace: Workspace, id: str) -> None:
    pictures.keep(workspace, make.png(1))
    with pytest.raises(NotFound):
        pictures.find(workspace, id)
