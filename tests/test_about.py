import pytest

from tlcore import about, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import NotFound, NotSaved, RunError
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def run(workspace: Workspace, few: Dataset) -> Run:
    return runs.create(workspace, Recipe(), few, name="First")


def test_a_run_is_renamed_noted_and_pinned(workspace: Workspace, run: Run) -> None:
    record = (run.folder / "run.json").read_bytes()
    about.rename(run.folder, "  Other\u202e name ")
    about.set_note(run.folder, "one\r\ntwo\x00\n\n")
    about.pin(run.folder)
    found = runs.load(workspace, run.id)
    assert (found.name, found.note, found.pinned, found.exported) == ("Other name", "one\ntwo", True, False)
    about.pin(run.folder, False)
    about.mark_exported(run.folder)
    found = runs.list_all(workspace)[0]
    assert (found.name, found.note, found.pinned, found.exported) == ("Other name", "one\ntwo", False, True)
    assert (run.folder / "run.json").read_bytes() == record


def test_what_was_exported_is_not_lost_for_a_mark(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise NotSaved("about.json could not be saved (No space left on device).")

    monkeypatch.setattr(about, "write_json", full)
    about.mark_exported(run.folder)
    with pytest.raises(NotSaved):
        about.pin(run.folder)
    assert not about.read(run.folder).exported


def test_names_and_notes_have_a_length(workspace: Workspace, run: Run) -> None:
    about.rename(run.folder, "n" * 500)
    about.set_note(run.folder, "x" * 5000)
    found = runs.load(workspace, run.id)
    assert (len(found.name), len(found.note)) == (100, 2000)


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u202e"])
def test_a_name_needs_a_letter(workspace: Workspace, run: Run, name: str) -> None:
    with pytest.raises(RunError, match="needs a name"):
        about.rename(run.folder, name)
    assert runs.load(workspace, run.id).name == "First"


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"pinned": 1}', b'{"name": 3}', b'{"colour": "x"}'])
def test_what_cannot_be_read_hides_no_run_and_spares_it(
    workspace: Workspace, run: Run, content: bytes
) -> None:
    (run.folder / about.FILE).write_bytes(content)
    found = runs.load(workspace, run.id)
    assert (found.name, found.pinned) == ("First", True)


def test_a_run_that_was_deleted_does_not_come_to_life(workspace: Workspace, run: Run) -> None:
    run.folder.rename(workspace.home / "elsewhere")
    with pytest.raises(NotFound, match="was deleted"):
        about.rename(run.folder, "x")
    assert not run.folder.exists()
