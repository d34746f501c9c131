from pathlib import Path

import pytest

from tests.test_tars import tarred
from tlcore import uploads
from tlcore.errors import DatasetError, NotFound
from tlcore.uploads import MAX_OPEN, MAX_PIECE_BYTES, Kind, Upload
from tlcore.workspace import Workspace

ID = "0123456789abcdef" * 2
MB = 10**6


def begun(workspace: Workspace, id: str = ID, *, owner: str = "me", kind: str = "archive") -> Upload:
    return uploads.begin(workspace, id, owner=owner, name="pets.zip", kind=kind)


def test_pieces_are_put_together(workspace: Workspace) -> None:
    upload = begun(workspace)
    assert uploads.append(upload, 0, b"abc", limit_bytes=MB) == 3
    assert uploads.append(upload, 3, b"def", limit_bytes=MB) == 6
    # Sent again because the answer was lost; and one that does not join.
    assert uploads.append(upload, 3, b"def", limit_bytes=MB) == 6
    assert uploads.append(upload, 7, b"xyz", limit_bytes=MB) == 6
    assert upload.data.read_bytes() == b"abcdef"
    assert begun(workspace) == upload == uploads.load(workspace, ID)
    assert (upload.name, upload.kind) == ("pets.zip", Kind.ARCHIVE)


def test_what_a_crash_left_does_not_count(workspace: Workspace) -> None:
    upload = begun(workspace)
    uploads.append(upload, 0, b"abc", limit_bytes=MB)
    with open(upload.data, "ab") as file:
        file.write(b"half a piece")
    assert uploads.received_bytes(upload) == 3
    assert uploads.append(upload, 3, b"def", limit_bytes=MB) == 6
    assert upload.data.read_bytes() == b"abcdef"


def test_a_folder_goes_on_after_its_last_whole_file(workspace: Workspace) -> None:
    upload = begun(workspace, kind="folder")
    content = tarred({"a/1": b"x" * 600, "a/2": b"y" * 600})
    uploads.append(upload, 0, content[:2000], limit_bytes=MB)
    again = begun(workspace, kind="folder")
    assert (uploads.received_bytes(again), uploads.arrived(again)) == (1536, ["a/1"])
    assert uploads.append(again, 1536, content[1536:], limit_bytes=MB) == len(content)
    assert uploads.arrived(again) == ["a/1", "a/2"]
    assert upload.data.read_bytes() == content


@pytest.mark.parametrize("id", ["", "../../etc", "A" * 32, "0" * 31, "0" * 33, "0" * 31 + "/"])
def test_other_ids_are_refused(workspace: Workspace, id: str) -> None:
    with pytest.raises(DatasetError):
        begun(workspace, id)
    with pytest.raises(NotFound):
        uploads.load(workspace, id)
    assert not workspace.uploads.exists()


def test_limits(workspace: Workspace) -> None:
    upload = begun(workspace)
    with pytest.raises(DatasetError, match="A piece has 8,388,609 bytes"):
        uploads.append(upload, 0, bytes(MAX_PIECE_BYTES + 1), limit_bytes=10**9)
    with pytest.raises(DatasetError, match="more than 1 MB, the limit here"):
        uploads.append(upload, 0, bytes(MB + 1), limit_bytes=MB)
    assert uploads.received_bytes(upload) == 0
    for n in range(1, MAX_OPEN):
        begun(workspace, f"{n:032x}")
    with pytest.raises(DatasetError, match="5 uploads are open here already"):
        begun(workspace, "f" * 32)
    assert begun(workspace, "f" * 32, owner="other").id == "f" * 32
    assert begun(workspace) == upload, "going on with one of them is no further one"
    uploads.discard(workspace, upload)
    assert not upload.folder.exists()
    assert begun(workspace, "e" * 32).folder.is_dir()


def test_a_damaged_or_forgotten_upload(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = begun(workspace)
    (upload.folder / "upload.json").write_text("[")
    with pytest.raises(NotFound, match="Send the files again"):
        uploads.load(workspace, ID)
    monkeypatch.setattr(uploads, "KEPT_S", -1)
    begun(workspace, "1" * 32)
    assert [path.name for path in workspace.uploads.iterdir()] == ["1" * 32]


def test_a_name_is_only_text(workspace: Workspace, tmp_path: Path) -> None:
    upload = uploads.begin(workspace, ID, owner="x", name="../../\u202eevil\0" + "n" * 300, kind="folder")
    assert upload.name == ("../../evil" + "n" * 300)[:200]
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
