"""Taking pictures in by the engine's worker: a real engine that has no TensorFlow to load."""

import errno
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from tests import pictures
from tests.conftest import ROOT
from tests.pictures import reasons, sizes
from tests.test_tars import tarred
from tlcore import datasets, engine, intake, intake_jobs, intake_process, intake_records, staging, uploads
from tlcore.errors import DatasetError, NotFound
from tlcore.images import SafeImage, make_safe
from tlcore.intake_records import Intake, Look, Status
from tlcore.workspace import Workspace


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THAW_ENGINE_PRELOAD", "")
        workspace = Workspace(tmp_path_factory.mktemp("intakes") / "home")
        yield workspace
        if (crew := engine.find(workspace)) is not None:
            crew.stop()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures that take a while to read, so that there is a middle."""
    folder = pictures.written(tmp_path_factory.mktemp("large") / "pets", pictures.classes("cats", "dogs"))
    noise = np.asarray(pictures.image(1, (2000, 2000)))
    for number in range(24):
        Image.fromarray(np.roll(noise, number + 1, axis=0)).save(folder / "cats" / f"x{number:02}.bmp")
    return folder


def copied(folder: Path, target: Path) -> Path:
    return Path(shutil.copytree(folder, target, copy_function=os.link))


def until(workspace: Workspace, record: Intake, wanted: Callable[[Look], bool]) -> Look:
    deadline = time.monotonic() + 60
    while not wanted(found := intake_jobs.look(workspace, record)):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


def is_gone(folder: Path) -> None:
    deadline = time.monotonic() + 10
    while folder.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def ended(look: Look) -> bool:
    return look.status.final


def child_of(record: Intake) -> psutil.Process:
    """The process that reads the pictures."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or []
            if "tlcore.engine.errand" in command and record.job_key in command:
                return process
        time.sleep(0.01)
    raise AssertionError("the process did not come up")


def test_a_folder(served: Workspace, tmp_path: Path) -> None:
    folder = pictures.written(tmp_path / "pets", pictures.classes("cats", "dogs"))
    record = intake_jobs.start(served, folder, name="My pets")
    look = until(served, record, ended)
    assert (look.status, look.done, look.total) == (Status.DONE, 8, 8)
    dataset = datasets.load(served, look.dataset_id)
    assert (dataset.name, sizes(dataset)) == ("My pets", {"cats": 4, "dogs": 4})
    assert intake_records.under_way(served) == []
    assert intake_records.load(served, record.id) == record


def test_an_upload_is_removed_when_it_is_a_dataset(served: Workspace) -> None:
    upload = uploads.begin(served, "a" * 32, owner="me", name="pets", kind="folder")
    content = tarred({f"pets/{name}": one for name, one in pictures.classes("cats", "owls").items()})
    uploads.append(upload, 0, content, limit_bytes=10**9)
    record = intake_jobs.start_upload(served, upload, missing=["pets/cats/locked.jpg"])
    look = until(served, record, ended)
    dataset = datasets.load(served, look.dataset_id)
    assert dataset.name == "pets"
    assert reasons(dataset) == {"pets/cats/locked.jpg": "It could not be read where it was sent from."}
    is_gone(upload.folder)
    with pytest.raises(NotFound):
        uploads.load(served, upload.id)


def test_an_upload_that_cannot_be_used(served: Workspace) -> None:
    upload = uploads.begin(served, "b" * 32, owner="me", name="notes.tar.gz", kind="archive")
    uploads.append(upload, 0, b"hello", limit_bytes=10**9)
    record = intake_jobs.start_upload(served, upload)
    look = until(served, record, ended)
    assert (look.status, record.name) == (Status.FAILED, "notes")
    assert look.message.startswith("'notes.tar.gz' is not a zip, tar or tar.gz archive")
    is_gone(upload.folder)
    assert not [path for path in served.intakes.iterdir() if path.is_dir() and path.name != record.id
                and not (path / "request.json").exists()]  # fmt: skip


def test_a_full_disk_loses_nothing_that_was_sent(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = uploads.begin(workspace, "c" * 32, owner="me", name="pets", kind="folder")
    content = tarred({f"pets/{name}": one for name, one in pictures.classes("cats", "owls").items()})
    uploads.append(upload, 0, content, limit_bytes=10**9)
    record = intake_records.create(workspace, upload.data, name="pets", upload=upload.id)
    monkeypatch.setattr(intake_process, "_limit_memory", lambda: None)
    rename = os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target).parent.name == "images":
            raise OSError(errno.ENOSPC, "No space left on device")
        rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        intake_process._work(str(workspace.home), record.id)
    look = intake_records.look(record, alive=False)
    assert look.status is Status.FAILED
    assert look.message.endswith("Free some space and try again: what was read is kept.")
    assert uploads.received_bytes(uploads.load(workspace, upload.id)) == len(content)
    intake_process._work(str(workspace.home), record.id)
    look = intake_records.look(record, alive=False)
    assert sizes(datasets.load(workspace, look.dataset_id)) == {"cats": 4, "owls": 4}
    is_gone(upload.folder)


def test_a_kill_loses_nothing_that_was_read(served: Workspace, large: Path, tmp_path: Path) -> None:
    folder = copied(large, tmp_path / "many")
    record = intake_jobs.start(served, folder, name="many")
    child = child_of(record)
    until(served, record, lambda look: look.done > 4)
    child.kill()
    look = until(served, record, ended)
    assert look.status is Status.INTERRUPTED
    (journal,) = served.intakes.glob("*/read-1.jsonl")
    read = len(journal.read_text().splitlines())
    assert read > 4
    images = {path.name for path in (journal.parent / "dataset" / "images").iterdir()}

    intake_jobs.again(served, record)
    look = until(served, record, ended)
    assert look.status is Status.DONE
    dataset = datasets.load(served, look.dataset_id)
    assert sizes(dataset) == {"cats": 28, "dogs": 4}
    assert {item.file for item in dataset.items} >= {name for name in images if not name.startswith(".")}
    assert {path.name for path in (dataset.folder / "images").iterdir()} == {i.file for i in dataset.items}
    assert not journal.exists()


def test_what_was_read_is_not_decoded_again(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = pictures.written(tmp_path / "pets", pictures.classes("cats", "dogs"))

    def leave(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        intake.take(workspace, folder, name="x", progress=leave)
    (journal,) = workspace.intakes.glob("*/read-1.jsonl")
    kept = {path.stem for path in (journal.parent / "dataset" / "images").iterdir()}
    damaged = sorted(journal.parent.glob("dataset/images/*"))[0]
    damaged.write_bytes(b"torn")
    with open(journal, "a") as file:
        file.write('{"source": "half a li')
    decoded: list[str] = []

    def counted(content: bytes) -> SafeImage:
        safe = make_safe(content)
        decoded.append(safe.sha256)
        return safe

    monkeypatch.setattr(intake, "make_safe", counted)
    dataset = intake.take(workspace, folder, name="x")
    # Only what was not kept, and the one that was damaged since.
    assert sorted(decoded) == sorted({i.sha256 for i in dataset.items} - kept | {damaged.stem})
    assert datasets.changes(dataset) == []
    assert not journal.exists()


def test_a_stop_ends_it(served: Workspace, large: Path, tmp_path: Path) -> None:
    record = intake_jobs.start(served, copied(large, tmp_path / "stop"), name="stop")
    until(served, record, lambda look: look.done > 0)
    intake_jobs.stop(served, record)
    intake_jobs.stop(served, record)
    assert until(served, record, ended).status is Status.STOPPED


def test_the_process_has_no_tensorflow_and_a_limit() -> None:
    code = (
        "import sys, tlcore.intake_process as p; p._limit_memory()\n"
        "heavy = {'tensorflow', 'keras', 'streamlit', 'distributed'} & set(sys.modules)\n"
        "resource = sys.modules.get('resource')\n"
        "print(sorted(heavy), resource and resource.getrlimit(resource.RLIMIT_AS)[0] < 2**40)"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert told.stdout.split() == ["[]", str(sys.platform == "linux" or None)], told.stderr


def test_the_process_ends_with_its_parent(served: Workspace, large: Path, tmp_path: Path) -> None:
    record = intake_jobs.start(served, copied(large, tmp_path / "orphan"), name="orphan")
    child = child_of(record)
    psutil.Process(child.ppid()).kill()
    deadline = time.monotonic() + 30
    while psutil.pid_exists(child.pid) and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "it went on"
        time.sleep(0.02)
    assert until(served, record, ended).status is Status.INTERRUPTED


def test_a_damaged_record_is_not_found(workspace: Workspace, tmp_path: Path) -> None:
    record = intake_records.create(workspace, tmp_path, name="x")
    os.truncate(record.folder / "request.json", 5)
    with pytest.raises(NotFound):
        intake_records.load(workspace, record.id)
    assert intake_records.under_way(workspace) == []


def test_old_records_and_what_was_read_go(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = intake_records.create(workspace, tmp_path, name="old")
    few = pictures.written(tmp_path / "few", pictures.classes("cats", "dogs", each=2))
    other = pictures.written(tmp_path / "other", pictures.classes("cats", "dogs"))
    with pytest.raises(DatasetError, match="2 usable images"):
        intake.take(workspace, few, name="x")
    assert [path.name for path in workspace.intakes.glob("*/read-1.jsonl")] == ["read-1.jsonl"]
    monkeypatch.setattr(staging, "KEPT_S", -1)
    monkeypatch.setattr(intake_records, "KEPT_S", -1)
    intake.take(workspace, other, name="x")
    intake_records.create(workspace, tmp_path, name="new")
    assert not old.folder.exists()
    assert [*workspace.intakes.glob("*/read-1.jsonl")] == []
