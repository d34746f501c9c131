import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tlcore import workspace as module
from tlcore.errors import NotFound, WorkspaceError
from tlcore.workspace import (
    Workspace,
    append_line,
    new_id,
    read_json,
    read_lines,
    read_lines_from,
    stamp,
    write_atomic,
    write_json,
)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.json"
    write_json(file, {"n": 1})

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(WorkspaceError, match=r"a.json could not be saved \(No space left on device\)"):
        write_atomic(file, b"half")
    assert read_json(file) == {"n": 1}
    assert os.listdir(tmp_path) == ["a.json"]


def test_a_folder_is_made_unless_it_must_be_there(tmp_path: Path) -> None:
    """Who is to fill a folder may find it gone, and leaves it at that."""
    with pytest.raises(FileNotFoundError):
        write_json(tmp_path / "gone" / "a.json", 1, make_folder=False)
    assert os.listdir(tmp_path) == []
    write_json(tmp_path / "new" / "a.json", 1)
    write_json(tmp_path / "new" / "a.json", 2, make_folder=False)
    assert read_json(tmp_path / "new" / "a.json") == 2


def test_a_torn_last_line_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    append_line(file, {"event": "queued"})
    with open(file, "ab") as handle:
        handle.write(b'{"event": "ep')
    assert read_lines(file) == [{"event": "queued"}]


def test_lines_are_read_on_from_where_they_ended(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    assert read_lines_from(file, 0) == ([], 0)
    append_line(file, {"name": "é"})
    first, offset = read_lines_from(file, 0)
    with file.open("ab") as handle:
        handle.write(b'{"half": ')
    assert (first, read_lines_from(file, offset)) == ([{"name": "é"}], ([], offset))
    with file.open("ab") as handle:
        handle.write(b"1}\n")
    assert read_lines_from(file, offset) == ([{"half": 1}], file.stat().st_size)


def test_a_line_after_a_torn_one_is_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    append_line(file, {"n": 1})
    with open(file, "ab") as handle:
        handle.write(b'{"n": ')
    append_line(file, {"n": 2})
    assert read_lines(file) == [{"n": 1}, {"n": 2}]


def test_lines_of_several_writers_do_not_mix(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    writers = [
        threading.Thread(
            target=lambda n=n: [append_line(file, {"n": n, "text": "x" * 500}) for _ in range(20)]
        )
        for n in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(line["n"] for line in read_lines(file)) == [0] * 20 + [1] * 20 + [2] * 20 + [3] * 20


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(b'{"id"')
    with pytest.raises(WorkspaceError, match=r"run.json of .* is damaged"):
        read_json(tmp_path / "run.json")
    with pytest.raises(NotFound):
        read_json(tmp_path / "other.json")


@pytest.mark.parametrize("id", ["../../etc", "", "a/b", "ABC", "x" * 80, "0123456789abcdef"])
def test_an_id_that_names_nothing_is_not_found(workspace: Workspace, id: str) -> None:
    workspace.runs.mkdir(parents=True)
    with pytest.raises(NotFound, match="There is no run"):
        workspace.folder(workspace.runs, id, "run")


def test_ids_sort_by_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.time, "time", lambda: 1_790_000_000)
    first = new_id()
    monkeypatch.setattr(module.time, "time", lambda: 1_790_000_001)
    assert first < new_id()


def test_what_a_killed_process_left_is_swept_after_a_day(workspace: Workspace) -> None:
    old, fresh = workspace.home / "scratch" / "old", workspace.home / "scratch" / "fresh"
    for folder in (old, fresh):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    with workspace.scratch() as scratch:
        assert sorted(Path(scratch).parent.iterdir()) == sorted([fresh, Path(scratch)])
    assert list((workspace.home / "scratch").iterdir()) == [fresh]


def test_many_sessions_may_sweep_at_once(workspace: Workspace) -> None:
    def come_and_go() -> None:
        for _ in range(100):
            with workspace.scratch():
                pass

    with ThreadPoolExecutor(4) as pool:
        for session in [pool.submit(come_and_go) for _ in range(4)]:
            session.result()


def test_json_on_disk_is_json(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"loss": float("nan")})
    with pytest.raises(ValueError, match="not JSON compliant"):
        append_line(tmp_path / "a.jsonl", {"loss": float("inf")})


def test_a_relative_thaw_home_is_the_same_folder_for_everybody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THAW_HOME", "mine")
    assert Workspace.default().home == tmp_path / "mine"


def test_thaw_home_chooses_the_workspace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THAW_HOME", str(tmp_path))
    assert Workspace.default().home == tmp_path
    monkeypatch.delenv("THAW_HOME")
    assert Workspace.default().home.name == "thaw"


def test_a_workspace_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WorkspaceError, match="set THAW_HOME to a folder of your own"):
        Workspace(tmp_path / "file" / "home").check_writable()


def test_what_is_discarded_is_gone_at_once(workspace: Workspace) -> None:
    folder = workspace.features / "a"
    folder.mkdir(parents=True)
    (folder / "b").write_text("x")
    assert workspace.discard(folder)
    assert not workspace.discard(folder)
    assert [*workspace.home.rglob("b")] == []


def test_another_content_has_another_stamp(tmp_path: Path) -> None:
    file = tmp_path / "a"
    assert stamp(file) is None
    file.write_text("x")
    before = stamp(file)
    assert before == stamp(file)
    file.write_text("xy")
    assert stamp(file) != before
