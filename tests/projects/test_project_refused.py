"""Projects as nobody should send them: each is refused with a sentence, and nothing of it is kept."""

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import engines
from tests.engines import FakeEngine
from tests.own_models import crafted
from tlcore import checkpoints, project_file, project_import, runs
from tlcore.checkpoints import Checkpoint
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import DatasetError, RunError, ThawError
from tlcore.workspace import Workspace

Parts = dict[str, bytes]


@pytest.fixture(autouse=True)
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture(scope="module")
def good(few: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """A project of one run, which was broken off after an epoch."""
    workspace = Workspace(tmp_path_factory.mktemp("sender"))
    workspace.datasets.mkdir(parents=True)
    shutil.copytree(few.folder, workspace.datasets / few.id)
    run = runs.create(workspace, Recipe(), few, name="Sent")
    run.record("interrupted", message="Broken off.")
    weights = (np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros(3, np.float32))
    kept = Checkpoint(1, 0, 1, False, 0.5, weights, state={"seconds": {"total": 1.0}})
    checkpoints.save(run.checkpoints, kept)
    out = workspace.home / "few.thaw"
    with pytest.MonkeyPatch.context() as patch:
        engines.put_in_place(patch)
        project_file.write(project_file.gather(workspace, few.id), out)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sent(parts: Parts, target: Path, *, hashes: bool = True) -> Path:
    """A file with hashes that fit, as somebody who changes it would make it."""
    parts = dict(parts)
    if hashes and project_file.MANIFEST in parts:
        said = json.loads(parts[project_file.MANIFEST])
        if isinstance(said, dict):
            said["sha256"] = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
            parts[project_file.MANIFEST] = json.dumps(said).encode()
    return crafted.zipped(parts, target)


def name_of(parts: Parts, part: str) -> str:
    """The first that ends so, or lies there."""
    return next(name for name in parts if name.endswith(part) or name.startswith(part))


def put(end: str, content: bytes) -> Callable[[Parts], Any]:
    return lambda parts: parts.update({name_of(parts, end): content})


def new(name: str, content: bytes = b"x") -> Callable[[Parts], Any]:
    return lambda parts: parts.update({name: content})


def changed(end: str, **values: Any) -> Callable[[Parts], Any]:
    def act(parts: Parts) -> None:
        name = name_of(parts, end)
        parts[name] = json.dumps(json.loads(parts[name]) | values).encode()

    return act


def gone(end: str) -> Callable[[Parts], Any]:
    return lambda parts: parts.pop(name_of(parts, end))


def weights(content: bytes) -> Callable[[Parts], Any]:
    """Other numbers in the checkpoint, with hashes that fit there too."""

    def act(parts: Parts) -> None:
        name = name_of(parts, "/weights.npz")
        parts[name] = content
        manifest = name.replace("weights.npz", "manifest.json")
        said = json.loads(parts[manifest])
        said["sha256"]["weights.npz"] = hashlib.sha256(content).hexdigest()
        parts[manifest] = json.dumps(said).encode()

    return act


def claiming(shape: str, kind: str = "<f4") -> bytes:
    """An array file of a few bytes that says it holds many."""
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    array = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"1234"
    return zipped_bytes({"arr_0.npy": array})


def zipped_bytes(parts: Parts) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


REFUSED: dict[str, tuple[Callable[[Parts], Any], str]] = {
    "no manifest": (gone("thaw-project.json"), "This is no project"),
    "a newer format": (changed("thaw-project.json", format=2, more="x"), "made by a newer version of Thaw"),
    "a manifest of another shape": (put("thaw-project.json", b"[]"), "thaw-project.json is damaged"),
    "a run's id that is a path": (changed("thaw-project.json", runs=["../../x"]), "is damaged"),
    "another version asked for": (changed("thaw-project.json", dataset="0" * 16), "is damaged"),
    "a version that is missing": (changed("thaw-project.json", datasets=["0" * 16]), "is damaged"),
    "a way out": (new("../evil"), "is damaged"),
    "an absolute name": (new("/etc/evil"), "is damaged"),
    "a foreign file": (new("readme.txt"), "readme.txt is damaged"),
    "a foreign file of a run": (new("runs/00000001-00000000/graph.json"), "is damaged"),
    "a picture by another name": (new("images/evil.svg"), "is damaged"),
    "a dataset's manifest missing": (gone("/manifest.json"), "is damaged"),
    "a dataset of another id": (changed("manifest.json", id="0" * 16), "is damaged"),
    "a run's record missing": (gone("/run.json"), "cannot be used"),
    "a run of another dataset": (changed("/run.json", dataset_id="0" * 16), "is damaged"),
    "a run of other classes": (changed("/run.json", classes=["a", "b", "c"]), "is damaged"),
    "a history of words": (put("/history.jsonl", b'{"event":"epoch","phase":0}\n'), "cannot be used"),
    "a recipe that is none": (put("recipes/", b'{"seed": "x"}'), r"recipe\.json is damaged"),
    "a picture that is none": (put("images/", b"no picture"), "A picture in the file is damaged"),
    "half a checkpoint": (gone("/optimizer.npz"), "a checkpoint is damaged"),
    "a checkpoint of another epoch": (changed("/state.json", epoch=7), "a checkpoint is damaged"),
    "a state of words": (put("/state.json", b"[" * 100_000), "state.json is damaged"),
    "numbers that are none": (weights(b"PK no zip"), "weights.npz is damaged"),
    "numbers that claim room": (weights(claiming("(99999999999,)")), "weights.npz is damaged"),
    "numbers that are objects": (weights(claiming("(1,)", "|O")), "weights.npz is damaged"),
    "another file among the numbers": (weights(zipped_bytes({"../evil": b"x"})), "weights.npz is damaged"),
}  # fmt: skip


def nothing_is_left(workspace: Workspace, error: ThawError) -> None:
    assert "\n" not in str(error)
    assert str(workspace.home) not in str(error)
    assert [path for path in workspace.home.rglob("*") if path.is_file()] == []


def test_as_it_was_sent_it_is_opened(good: Parts, workspace: Workspace, few: Dataset, tmp_path: Path) -> None:
    brought = project_import.take(workspace, sent(good, tmp_path / "few.thaw"))
    assert (brought.dataset.id, len(brought.runs)) == (few.id, 1)
    run = runs.load(workspace, brought.runs[0])
    kept = checkpoints.latest(run.checkpoints).checkpoint
    assert kept is not None
    assert [array.tolist() for array in kept.weights] == [[[0, 1, 2], [3, 4, 5]], [0, 0, 0]]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_as_it_should_be_is_refused(
    good: Parts, workspace: Workspace, tmp_path: Path, name: str
) -> None:
    parts = dict(good)
    change, said = REFUSED[name]
    change(parts)
    with pytest.raises(RunError, match=said) as told:
        project_import.take(workspace, sent(parts, tmp_path / "few.thaw"))
    nothing_is_left(workspace, told.value)


@pytest.mark.parametrize("end", ["/run.json", "/weights.npz", "images/", "manifest.json"])
def test_a_part_that_was_changed_is_told_by_its_hash(
    good: Parts, workspace: Workspace, tmp_path: Path, end: str
) -> None:
    parts = dict(good)
    parts[name_of(parts, end)] += b" "
    with pytest.raises(RunError, match="is damaged, or was changed") as told:
        project_import.take(workspace, sent(parts, tmp_path / "few.thaw", hashes=False))
    nothing_is_left(workspace, told.value)


def test_a_zip_that_swells_is_refused(good: Parts, workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "few.thaw"
    parts = good | {name_of(good, "/history.jsonl"): b" " * 160 * 10**6}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(RunError, match=r"history\.jsonl") as told:
        project_import.take(workspace, file)
    nothing_is_left(workspace, told.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"text"])
def test_what_is_no_zip_is_refused(workspace: Workspace, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.thaw").write_bytes(content)
    with pytest.raises(DatasetError, match="The zip is cut short or damaged"):
        project_import.take(workspace, tmp_path / "x.thaw")
