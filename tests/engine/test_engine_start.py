import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from conftest import alive, engines_of, processes_of, run_python, wait_until

import tlcore
from tlcore import engine
from tlcore.engine.address import Address, log_file
from tlcore.engine.address import file as address_file
from tlcore.errors import EngineError
from tlcore.workspace import Workspace

START = """
import sys
from pathlib import Path
from tlcore import engine
from tlcore.workspace import Workspace
found = engine.start_or_find(Workspace(Path(sys.argv[1])))
print(found.status().pid, flush=True)
"""


def test_six_programs_at_once_start_one_engine(workspace: Workspace) -> None:
    programs = [run_python(START, str(workspace.home)) for _ in range(6)]
    outputs = [program.communicate(timeout=60) for program in programs]
    pids = {out.strip() for out, _ in outputs}
    assert [err for _, err in outputs if err] == []
    assert len(pids) == 1
    assert [str(process.pid) for process in engines_of(workspace)] == list(pids)


def test_twenty_threads_at_once_share_one_handle(workspace: Workspace) -> None:
    handles: list[engine.Engine] = []
    threads = [
        threading.Thread(target=lambda: handles.append(engine.start_or_find(workspace))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(handles) == 20
    assert len(set(handles)) == 1
    assert len(engines_of(workspace)) == 1


@pytest.mark.skipif(os.name == "nt", reason="signals to groups")
def test_it_outlives_the_program_and_the_terminal_that_started_it(workspace: Workspace) -> None:
    program = run_python(START + "import time; time.sleep(600)", str(workspace.home))
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    os.killpg(program.pid, signal.SIGHUP)
    program.kill()
    program.communicate(timeout=10)
    found = engine.find(workspace)
    assert found is not None
    assert found.status().pid == pid
    assert found.jobs() == {}


def test_a_program_whose_output_is_read_to_its_end_is_not_held_open(workspace: Workspace) -> None:
    # communicate() returns when every holder of the pipe has closed it: the engine must not be one.
    out, _ = run_python(START, str(workspace.home)).communicate(timeout=30)
    assert [process.pid for process in engines_of(workspace)] == [int(out)]


def test_another_program_finds_it(lasting: engine.Engine, lasting_home: Workspace) -> None:
    code = START.replace("start_or_find", "find")
    out, err = run_python(code, str(lasting_home.home)).communicate(timeout=30)
    assert (int(out), err) == (lasting.status().pid, "")


def test_finding_is_cheap_and_gives_the_same_handle(lasting: engine.Engine, lasting_home: Workspace) -> None:
    assert engine.start_or_find(lasting_home) is lasting
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    bare_python_s = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(10):
        assert engine.find(lasting_home) is lasting
        assert engine.start_or_find(lasting_home) is lasting
    # Pages ask at every click: both together cost less than a bare interpreter's start.
    assert (time.perf_counter() - began) / 10 < bare_python_s


def test_without_an_engine_none_is_found_and_none_is_started(workspace: Workspace) -> None:
    assert engine.find(workspace) is None
    assert not workspace.home.exists()


@pytest.mark.parametrize("left", ["dead", "reused", "damaged", "foreign"])
def test_what_a_dead_engine_left_is_not_taken_for_alive(workspace: Workspace, left: str) -> None:
    mine = Address.of_this_process("tls://127.0.0.1:1")
    pid = 2**22 - 7 if left == "dead" else mine.pid
    values = {**mine.__dict__, "pid": pid, "process_started": mine.process_started - 3600}
    text = {"damaged": '{"url": "tl', "foreign": "[1, 2]"}.get(left, json.dumps(values))
    workspace.engine.mkdir(parents=True)
    address_file(workspace).write_text(text)
    assert engine.find(workspace) is None
    started = engine.start_or_find(workspace)
    assert started.status().pid not in (pid, os.getpid())


def test_one_that_cannot_start_says_why(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    # Something that is not a folder lies where its own things go.
    workspace.engine.mkdir(parents=True)
    (workspace.engine / "key.pem").mkdir()
    with pytest.raises(EngineError, match="could not start: key.pem could not be saved"):
        engine.start_or_find(workspace)
    assert engine.find(workspace) is None
    (workspace.engine / "key.pem").rmdir()
    assert engine.start_or_find(workspace).jobs() == {}


def test_one_that_takes_too_long_is_ended(workspace: Workspace) -> None:
    with pytest.raises(EngineError, match="did not come up within 0.01 seconds"):
        engine.start_or_find(workspace, timeout_s=0.01)
    assert engines_of(workspace) == []


def test_a_workspace_that_cannot_be_written_is_said(workspace: Workspace) -> None:
    workspace.home.parent.mkdir(exist_ok=True)
    workspace.home.write_text("a file")
    with pytest.raises(EngineError, match="cannot be written"):
        engine.start_or_find(workspace)
    workspace.home.unlink()


def test_an_idle_engine_of_another_version_is_replaced(
    running: engine.Engine, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = running.status().pid
    monkeypatch.setattr(tlcore, "__version__", "99.0.0")
    new = engine.start_or_find(workspace)
    assert new.status().pid != old
    assert [process.pid for process in engines_of(workspace)] == [new.status().pid]


def test_status_names_the_worker(lasting: engine.Engine, lasting_home: Workspace) -> None:
    status = lasting.status()
    family = {process.pid for process in processes_of(lasting_home)}
    assert status.pid in family
    assert [worker.pid in family for worker in status.workers] == [True]
    assert status.workers[0].memory_bytes > 10_000_000
    assert status.workers[0].job is None
    assert status.started.endswith("+00:00")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_its_owner_can_read_its_files(lasting: engine.Engine, lasting_home: Workspace) -> None:
    assert lasting_home.engine.stat().st_mode & 0o777 == 0o700
    for name in ("key.pem", "certificate.pem", "engine.json", "engine.log"):
        assert (lasting_home.engine / name).stat().st_mode & 0o777 == 0o600, name


def test_a_long_log_is_put_aside(workspace: Workspace) -> None:
    workspace.engine.mkdir(parents=True)
    log_file(workspace).write_text("x" * 2_000_001)
    engine.start_or_find(workspace)
    assert log_file(workspace).stat().st_size < 100_000
    assert (workspace.engine / "engine.log.old").stat().st_size == 2_000_001


def test_modules_that_lie_in_the_workspace_are_not_imported(workspace: Workspace) -> None:
    workspace.home.mkdir(parents=True)
    (workspace.home / "distributed.py").write_text("raise SystemExit('imported from the workspace')")
    assert engine.start_or_find(workspace).jobs() == {}


IMPORT = """
import logging, sys
from pathlib import Path
handlers = list(logging.getLogger("tornado").handlers)
level = logging.getLogger("tornado").level
from tlcore import engine
print("distributed" in sys.modules)
from tlcore.workspace import Workspace
found = engine.start_or_find(Workspace(Path(sys.argv[1])))
found.submit("a", engine_jobs_note := __import__("engine_jobs").note, sys.argv[2], "a")
found.jobs()
found.status()
print("distributed" in sys.modules, "tensorflow" in sys.modules, "keras" in sys.modules)
print(logging.getLogger("tornado").handlers == handlers, logging.getLogger("tornado").level == level)
"""


def test_a_client_imports_little_and_leaves_logging_alone(workspace: Workspace, folder: object) -> None:
    out, err = run_python(IMPORT, str(workspace.home), str(folder)).communicate(timeout=30)
    assert out.splitlines() == ["False", "True False False", "True True"]
    assert err == ""


def test_it_is_collected_by_a_parent_that_lives_on(running: engine.Engine, workspace: Workspace) -> None:
    process = processes_of(workspace)[0]
    process.kill()
    wait_until(lambda: not process.is_running())
    assert not alive(process)
