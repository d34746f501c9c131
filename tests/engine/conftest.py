import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tlcore import engine
from tlcore.engine.address import Address, log_file
from tlcore.workspace import Workspace

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def wait_until(condition: Callable[[], object], timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.01)


def processes_of(workspace: Workspace) -> list[psutil.Process]:
    """The engine's process and all that it started; none when it has ended."""
    address = Address.read(workspace)
    assert address is not None
    try:
        process = psutil.Process(address.pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def engines_of(workspace: Workspace) -> list[psutil.Process]:
    """Every engine process of this workspace, by its command line: known to it or not."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if "tlcore.engine.server" in command and str(workspace.home) in command and alive(process):
            found.append(process)
    return found


def run_python(code: str, *arguments: str) -> "subprocess.Popen[str]":
    """A program of its own, in a session of its own, as a server or a terminal's command would be."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=os.name != "nt",
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the jobs leave their notes."""
    path = tmp_path / "notes"
    path.mkdir()
    return path


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    with own_engine(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture(scope="module")
def lasting_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with (
        pytest.MonkeyPatch.context() as patch,
        own_engine(tmp_path_factory.mktemp("lasting"), patch) as made,
    ):
        yield made


@contextmanager
def own_engine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace whose engine has ended when this ends, with its workers."""
    monkeypatch.setenv("THAW_ENGINE_PRELOAD", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(HERE)]))
    made = Workspace((folder / "home").resolve())
    yield made
    # A cluster is not this fixture's to end.
    monkeypatch.delenv("THAW_SCHEDULER", raising=False)
    address = Address.read(made)
    family = processes_of(made) if address is not None and address.process() is not None else []
    if (found := engine.find(made)) is not None:
        found.stop()
    # One that was ending by itself may need a moment.
    deadline = time.monotonic() + 10
    while (left := [*filter(alive, family), *engines_of(made)]) and time.monotonic() < deadline:
        time.sleep(0.01)
    for process in left:
        process.kill()
    assert not left, log_file(made).read_text()


@pytest.fixture
def running(workspace: Workspace) -> engine.Engine:
    return engine.start_or_find(workspace)


@pytest.fixture(scope="module")
def lasting(lasting_home: Workspace) -> engine.Engine:
    """One engine for all tests of a file that leave it as they found it: idle, and with a worker."""
    return engine.start_or_find(lasting_home)
