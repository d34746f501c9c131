"""Asking for an export: told while it is made, and however that ends."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import engines
from tests.exporters import tiny_runs
from tests.pictures import classes, taken
from tlcore import disk, export_jobs, exporters, overview, trash
from tlcore.errors import RunError
from tlcore.exporters import Parity
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return tiny_runs.bare(workspace, taken(workspace, classes("a", "b", each=5)))


@pytest.fixture
def making(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes an export in no time."""

    def make(workspace: Workspace, run: Run, format: str, tell: exporters.Tell) -> Parity:
        tell("comparing", 1, 2)
        return tiny_runs.put(workspace, run, format)

    monkeypatch.setattr(exporters, "make", make)


def failing(message: str) -> Callable[..., Parity]:
    def make(*words: object) -> Parity:
        raise RunError(message)

    return make


def test_an_export_is_asked_for_once(workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    crew = engines.put_in_place(monkeypatch)
    assert not export_jobs.look(workspace, run, "onnx").under_way
    for _ in range(2):
        export_jobs.start(workspace, run, "onnx", owner="anna")
    assert crew.submitted == [("make_job", str(workspace.home), run.id, "onnx")]
    assert (crew.keys, crew.owners) == ([f"export-{run.id}-onnx"], ["anna"])
    assert export_jobs.look(workspace, run, "onnx").under_way
    # Those of another format and another run are their own.
    assert not export_jobs.look(workspace, run, "keras").under_way


@pytest.mark.usefixtures("making")
def test_what_is_made_is_not_made_again(
    workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew = engines.put_in_place(monkeypatch, "run")
    told: list[export_jobs.Stage | None] = []
    found = export_jobs.wait(workspace, run, "onnx", told.append)
    assert found == exporters.load(run, "onnx") == tiny_runs.parity("onnx")
    assert told
    assert export_jobs.look(workspace, run, "onnx") == export_jobs.Standing(is_there=True)
    export_jobs.start(workspace, run, "onnx")
    assert export_jobs.wait(workspace, run, "onnx") == found
    assert len(crew.keys) == 1


def test_why_it_could_not_be_made_is_told(
    workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines.put_in_place(monkeypatch, "run")
    monkeypatch.setattr(exporters, "make", failing("It cannot be."))
    with pytest.raises(RunError, match=r"^It cannot be\.$"):
        export_jobs.wait(workspace, run, "onnx")
    assert export_jobs.look(workspace, run, "onnx").failure == "It cannot be."


@pytest.mark.parametrize("ask", [export_jobs.start, export_jobs.wait])
def test_what_cannot_be_asked_for(ask: Callable[..., object], workspace: Workspace, run: Run) -> None:
    with pytest.raises(RunError, match="There is no export format 'onyx'"):
        ask(workspace, run, "onyx")
    run.model_file.unlink()
    with pytest.raises(RunError, match=r"^Bare has no model yet\."):
        ask(workspace, run, "onnx")


def test_a_run_deleted_meanwhile_does_not_come_to_life(
    workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash.held_jobs, "all_held", lambda workspace: {})

    def make(workspace: Workspace, run: Run, format: str, tell: exporters.Tell) -> Parity:
        tell("converting", 0, 1)
        trash.delete(workspace, run)
        found = tiny_runs.parity(format)
        with workspace.scratch() as scratch:
            made = Path(scratch) / "made"
            made.mkdir()
            exporters.store.save(workspace, run, made, found, {})
        return found

    monkeypatch.setattr(exporters, "make", make)
    export_jobs.make_job(str(workspace.home), run.id, "onnx")
    assert not run.folder.exists()
    assert trash.undelete(workspace, run.id).id == run.id


def test_what_exports_take_is_counted(workspace: Workspace, run: Run) -> None:
    def sizes() -> tuple[int, int]:
        (line,) = overview.lines(workspace)
        return disk.usage(workspace)[disk.Kind.RUNS], line.size_bytes

    before = sizes()
    tiny_runs.put(workspace, run, "onnx")
    after = sizes()
    tiny_runs.put(workspace, run, "keras")
    assert all(new - old > len(b"weights") for old, new in zip(before, after, strict=True))
    assert all(new > old for old, new in zip(after, sizes(), strict=True))
