"""An existing dask cluster as the engine, started here by dask's own commands."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import engine_jobs
import psutil
import pytest
from conftest import HERE, ROOT, alive, engines_of, wait_until

import tlcore
from tlcore import engine, held_jobs
from tlcore.engine import JobState, cluster, connection, security
from tlcore.engine.cluster import Cluster
from tlcore.engine.launch import family, kill
from tlcore.errors import EngineError
from tlcore.workspace import Workspace


class DaskCommands:
    """``dask scheduler`` and ``dask worker``, as somebody who has a cluster starts them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []
        self.keys = Workspace(folder / "keys")
        self.keys.engine.mkdir(parents=True)
        security.create(self.keys)

    def scheduler(self, *options: str) -> str:
        """Its address."""
        file = self._folder / "scheduler.json"
        self._start("scheduler", "--host=127.0.0.1", "--port=0", "--protocol=tls", "--no-dashboard", *options)
        wait_until(lambda: file.exists() and file.read_text().strip().endswith("}"), 60)
        return str(json.loads(file.read_text())["address"])

    def workers(self, count: int) -> None:
        self._start("worker", "--host=127.0.0.1", f"--nworkers={count}", "--nthreads=1", "--memory-limit=0",
                    "--no-dashboard", "--preload=tlcore.engine.preload")  # fmt: skip

    def end(self) -> None:
        kill([process for started in self._started for process in family(_process(started))])
        for started in self._started:
            started.wait(10)

    def _start(self, command: str, *options: str) -> None:
        certificate, key = self.keys.engine / security.CERTIFICATE, self.keys.engine / security.KEY
        whole = [
            *(sys.executable, "-m", "dask", command, *options),
            *(f"--tls-ca-file={certificate}", f"--tls-cert={certificate}", f"--tls-key={key}"),
            f"--scheduler-file={self._folder / 'scheduler.json'}",
        ]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)]),
            "THAW_ENGINE_PRELOAD": "",
            "THAW_JOBS_PER_PERSON": "3",
            "DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES": "[]",
            "DASK_DISTRIBUTED__WORKER__HTTP__ROUTES": "[]",
        }
        with (self._folder / f"{command}.log").open("wb") as log:
            self._started.append(
                subprocess.Popen(whole, cwd=self._folder, env=environment, stdout=log, stderr=log)
            )


def _process(started: "subprocess.Popen[bytes]") -> psutil.Process | None:
    return psutil.Process(started.pid) if started.poll() is None else None


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[DaskCommands]:
    commands = DaskCommands(tmp_path)
    yield commands
    commands.end()


def use(monkeypatch: pytest.MonkeyPatch, url: str, folder: Path) -> None:
    monkeypatch.setenv("THAW_SCHEDULER", url)
    monkeypatch.setenv("THAW_SCHEDULER_SECURITY", str(folder))


def test_a_dask_cluster_is_an_engine(
    dask: DaskCommands, workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = dask.scheduler("--preload=tlcore.engine.preload")
    use(monkeypatch, url, dask.keys.engine)
    found = engine.start_or_find(workspace)
    assert engine.find(workspace) is found
    # Nobody is there yet: jobs wait, and are shown.
    for name in "abc":
        found.submit(name, engine_jobs.hold, str(folder), name, owner="ana")
    assert found.queue() == ("a", "b", "c")
    with pytest.raises(EngineError, match="You have 3 jobs"):
        found.submit("d", engine_jobs.note, str(folder), "d", owner="ana")
    dask.workers(2)
    wait_until(lambda: sorted(engine_jobs.notes(folder)) == ["start a", "start b"], 60)
    assert found.jobs() == {"a": JobState.RUNNING, "b": JobState.RUNNING, "c": JobState.QUEUED}

    (victim,) = [worker for worker in found.status().workers if worker.job == "a"]
    process = psutil.Process(victim.pid)
    if os.name != "nt":
        process.suspend()
    assert found.kill("a") is True
    wait_until(lambda: not alive(process))
    # dask's own habit is to run the task of a dead worker again, up to three times.
    wait_until(lambda: "start c" in engine_jobs.notes(folder), 60)
    assert found.jobs() == {"b": JobState.RUNNING, "c": JobState.RUNNING}

    with pytest.raises(EngineError, match=f"The engine is the cluster at {url}, which Thaw has not started"):
        found.stop()
    for name in "bc":
        (folder / f"{name}.go").touch()
    wait_until(lambda: found.jobs() == {})
    notes = sorted(engine_jobs.notes(folder))
    assert notes == ["end b", "end c", "start a", "start b", "start c"]
    # All that without an engine of our own.
    assert engines_of(workspace) == []
    assert not workspace.engine.exists()

    monkeypatch.setattr(tlcore, "__version__", "99.0.0")
    with pytest.raises(EngineError, match=r"this machine has 99\.0\.0\. Install the same on both"):
        engine.start_or_find(workspace)


def test_the_engine_of_another_workspace_serves_too(
    running: engine.Engine,
    workspace: Workspace,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, running.address.url, workspace.engine)
    guest = engine.start_or_find(Workspace(tmp_path / "guest"))
    guest.submit("a", engine_jobs.note, str(folder), "a")
    wait_until(lambda: guest.jobs() == {})
    assert engine_jobs.notes(folder) == ["start a", "end a"]
    assert guest.status().pid == running.status().pid


def test_a_scheduler_that_does_not_know_thaw_is_said(
    dask: DaskCommands, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, dask.scheduler(), dask.keys.engine)
    with pytest.raises(
        EngineError, match="does not know Thaw. Start it with --preload tlcore.engine.preload"
    ):
        engine.start_or_find(workspace)


def test_a_scheduler_that_is_not_there_is_said(
    running: engine.Engine, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Workspace(workspace.home / "keys")
    keys.engine.mkdir(parents=True)
    security.create(keys)
    monkeypatch.setattr(connection, "CONNECT_TIMEOUT_S", 0.3)
    # One that is not there, and one that another key opens.
    for url in ("tls://127.0.0.1:1", running.address.url):
        use(monkeypatch, url, keys.engine)
        with pytest.raises(EngineError, match=f"The scheduler at {url} does not answer"):
            engine.start_or_find(workspace)


def test_a_silent_scheduler_is_not_asked_again_at_once(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Workspace(workspace.home / "keys")
    keys.engine.mkdir(parents=True)
    security.create(keys)
    use(monkeypatch, "tls://127.0.0.1:1", keys.engine)
    asked: list[str] = []
    clock = SimpleNamespace(now_s=1000.0, monotonic=lambda: clock.now_s)
    monkeypatch.setattr(cluster, "time", clock)

    def silent(self: connection.Connection, question: str, **values: object) -> object:
        asked.append(question)
        raise ConnectionRefusedError

    monkeypatch.setattr(connection.Connection, "ask", silent)
    for _ in range(3):
        with pytest.raises(EngineError, match="it is asked again in 10 seconds"):
            engine.start_or_find(workspace)
        # What it may do meanwhile is not known.
        assert held_jobs.all_held(workspace) is None
    assert asked == ["thaw-ping"]
    clock.now_s += cluster.SILENT_S
    monkeypatch.setattr(connection.Connection, "ask", lambda self, question: {"version": tlcore.__version__})
    assert engine.start_or_find(workspace).address.url == "tls://127.0.0.1:1"


def test_settings_that_cannot_be_are_said(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url in ("10.0.0.5:8786", "tcp://10.0.0.5:8786", "tls://10.0.0.5"):
        use(monkeypatch, url, tmp_path)
        with pytest.raises(EngineError, match=f"as tls://10.0.0.5:8786. Received: '{url}'"):
            engine.find(workspace)
    use(monkeypatch, "tls://10.0.0.5:8786", tmp_path)
    (tmp_path / "key.pem").touch()
    with pytest.raises(EngineError, match=r"Missing: certificate\.pem"):
        engine.find(workspace)
    monkeypatch.delenv("THAW_SCHEDULER_SECURITY")
    with pytest.raises(EngineError, match=r"Missing: certificate\.pem, key\.pem"):
        engine.find(workspace)
    monkeypatch.delenv("THAW_SCHEDULER")
    assert Cluster.from_environment() is None
