"""``thaw serve RUN``: a server of its own, asked as the README says."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn
from typer.testing import CliRunner

from tests.conftest import ROOT, SAMPLE
from tests.pictures import png
from tlcore.api import examples, hosts, server, token
from tlcore.api.limits import Limits
from tlcore.cli.app import app
from tlcore.errors import WorkspaceError
from tlcore.predict import Predictor
from tlcore.runs import Run
from tlcore.workspace import Workspace

PICTURE = SAMPLE / "bird" / "rooster_01.jpg"
README = (ROOT / "README.md").read_text(encoding="utf-8")
SITE = "https://example.org"
NEEDS_CURL = pytest.mark.skipif(
    os.name == "nt" or shutil.which("curl") is None, reason="needs a shell with curl"
)


@pytest.fixture(scope="module")
def served(shared_workspace: Workspace, trained: Run) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "tlcore.cli", "serve", trained.id, "--port", "0", "--json"]
    process = subprocess.Popen(
        [*command, "--allow-origin", SITE, "--home", str(shared_workspace.home)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
    code = process.wait(60)
    process.stdout.close()
    assert code == 0 or os.name == "nt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As the examples want it: a picture, and a folder of some."""
    (tmp_path / "picture.jpg").write_bytes(PICTURE.read_bytes())
    (tmp_path / "pictures").mkdir()
    for number in range(3):
        (tmp_path / "pictures" / f"{number}.png").write_bytes(png(number))
    (tmp_path / "pictures" / "notes.txt").write_bytes(b"notes")
    return tmp_path


def ran(*command: str, folder: Path, **variables: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_told_at_the_start(served: dict[str, Any], shared_workspace: Workspace, trained: Run) -> None:
    assert served["run"] == trained.id
    assert served["token"] == token.obtain(shared_workspace)
    assert served["address"].startswith("http://127.0.0.1:")


def test_many_programs_at_once(served: dict[str, Any], shared_workspace: Workspace, trained: Run) -> None:
    def ask(number: int) -> tuple[int, Any]:
        answer = requests.post(
            f"{served['address']}/api/predict",
            data=png(number),
            headers={"Authorization": f"Bearer {served['token']}"},
            timeout=60,
        )
        return number, answer.json()["predictions"][0]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(16)))
    predictor = Predictor(shared_workspace, trained)
    for number, one in found:
        assert one["probabilities"] == pytest.approx(predictor.predict(png(number)).probabilities, abs=1e-5)


def test_a_picture_too_large_is_answered_although_all_of_it_is_sent(served: dict[str, Any]) -> None:
    answer = requests.post(
        f"{served['address']}/api/predict",
        data=bytes(21_000_000),
        headers={"Authorization": f"Bearer {served['token']}"},
        timeout=60,
    )
    assert (answer.status_code, "larger than 20 MB" in answer.json()["error"]) == (413, True)


def test_pages_of_a_site_that_was_named(served: dict[str, Any]) -> None:
    address = f"{served['address']}/api/predict"
    asked = {"Origin": SITE, "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "authorization"
    may = requests.options(address, headers=asked, timeout=60)
    assert (may.status_code, may.headers["Access-Control-Allow-Origin"]) == (200, SITE)
    other = requests.options(address, headers=asked | {"Origin": "https://evil.example"}, timeout=60)
    assert "Access-Control-Allow-Origin" not in other.headers
    allowed = {"Authorization": f"Bearer {served['token']}", "Origin": SITE}
    answer = requests.post(address, data=png(), headers=allowed, timeout=60)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, SITE)


def test_its_start_page_is_how_to_ask(served: dict[str, Any]) -> None:
    page = requests.get(served["address"], timeout=60)
    assert page.url == f"{served['address']}/api/docs"
    assert f"{served['address']}/api/predict" in page.text
    lost = requests.get(f"{served['address']}/nowhere", timeout=60)
    assert (lost.status_code, lost.json()) == (404, {"error": "Not Found"})


@pytest.mark.parametrize("example", [examples.python, examples.python_several])
def test_the_python_examples_of_the_pages(served: dict[str, Any], folder: Path, example: Any) -> None:
    program = example(served["address"], served["token"], served["run"])
    said = ran(sys.executable, "-c", program, folder=folder).splitlines()
    if example is examples.python:
        assert re.fullmatch(r"(bird|fruit|vehicle) 0\.\d+", said[0])
    else:
        assert [line.split(maxsplit=1)[0] for line in said] == ["0.png", "1.png", "2.png", "notes.txt"]
        assert said[0].split()[1] in ("bird", "fruit", "vehicle")
        assert said[3].endswith(".")


def with_line_ends(program: str) -> str:
    return program.replace("curl ", "curl -sS -w '\\n' ")


def counts(said: str) -> list[int]:
    """How many pictures each answer is about."""
    return [len(json.loads(line)["predictions"]) for line in said.splitlines()]


@NEEDS_CURL
def test_the_shell_example_of_the_pages(served: dict[str, Any], folder: Path) -> None:
    program = examples.curl(served["address"], served["token"], served["run"])
    one, several = ran("sh", "-c", program.replace("curl ", "curl -sS -w '\\n' "), folder=folder).split(
        "\n", 1
    )
    assert [len(json.loads(said)["predictions"]) for said in (one, several)] == [1, 2]


def blocks(language: str) -> list[str]:
    """Of the README's section on serving."""
    section = README.partition("## From other programs")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


@NEEDS_CURL
def test_the_examples_of_the_readme(
    served: dict[str, Any], shared_workspace: Workspace, folder: Path
) -> None:
    home = {"THAW_HOME": str(shared_workspace.home)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    (asked,), (program,) = blocks("sh"), blocks("python")
    assert "http://127.0.0.1:8600" in asked
    assert "http://127.0.0.1:8600" in program
    shell = with_line_ends(asked.replace("http://127.0.0.1:8600", served["address"]))
    assert counts(ran("sh", "-ec", shell, folder=folder, PATH=path, **home)) == [1, 2]
    python = program.replace("http://127.0.0.1:8600", served["address"])
    told = ran(sys.executable, "-c", python, folder=folder, TOKEN=served["token"])
    assert re.fullmatch(r"(bird|fruit|vehicle) 0\.\d+\n", told)


# --- what is refused at the start, without a server


def refused(*words: str, home: Workspace) -> str:
    done = CliRunner().invoke(app, ["serve", *words, "--home", str(home.home)])
    assert done.exit_code == 1
    return " ".join(done.output.split())


def test_what_cannot_be_served_is_told(
    shared_workspace: Workspace, trained: Run, workspace: Workspace
) -> None:
    assert "There is no finished run yet" in refused("latest", home=workspace)
    assert "'example.org' is no origin" in refused(
        trained.id, "--allow-origin", "example.org", home=shared_workspace
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} of 127.0.0.1 cannot be used" in refused(
            trained.id, "--port", port, home=shared_workspace
        )


def test_small_answers_are_sent_at_once() -> None:
    """asyncio switches Nagle's algorithm off for connections that say they are TCP."""
    with server.opened("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        answering, _ = listening.accept()
        with answering:
            assert answering.proto == socket.IPPROTO_TCP


def test_who_asks_nothing_is_let_go() -> None:
    limits = Limits(headers_s=0.3)
    with server.opened("127.0.0.1", 0) as listening:
        address = listening.getsockname()
        config = server.config(answer_late, limits)
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            silent = [socket.create_connection(address, timeout=30) for _ in range(2)]
            silent[1].sendall(b"GET / HTTP/1.1\r\nHost:")
            # One that waits for its answer is no idler.
            with socket.create_connection(address, timeout=30) as asking:
                asking.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert asking.makefile("rb").read().endswith(b"late")
            for one in silent:
                with one:
                    assert one.recv(1) == b"", "closed by the server"
        finally:
            running.should_exit = True
            thread.join()


async def answer_late(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(1)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"late"})


def test_for_others_only_when_it_is_said(
    shared_workspace: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[str] = []
    monkeypatch.setattr(server, "serve", lambda app, listening: served.append(listening.getsockname()[0]))
    words = ["serve", trained.id, "--port", "0", "--home", str(shared_workspace.home)]
    alone = CliRunner().invoke(app, words)
    for_others = CliRunner().invoke(app, [*words, "--host", "0.0.0.0"])
    assert served == ["127.0.0.1", "0.0.0.0"]
    assert "Other computers" not in alone.output
    assert "Other computers can reach this server" in for_others.output


def test_the_token_is_shown_and_made_anew(workspace: Workspace) -> None:
    words = ["token", "--home", str(workspace.home)]
    first = CliRunner().invoke(app, words).output.strip()
    assert first == token.obtain(workspace) == CliRunner().invoke(app, words).output.strip()
    assert CliRunner().invoke(app, [*words, "--new"]).output.strip() == token.obtain(workspace) != first


@pytest.mark.parametrize("said", ["https://Example.org", "http://localhost:3000", "http://[::1]:3000", "*"])
def test_origins(said: str) -> None:
    assert hosts.checked_origin(said) == said.lower()


@pytest.mark.parametrize("said", ["", "example.org", "https://", "https://a/b", "file:///a", "https://a:b"])
def test_what_is_no_origin(said: str) -> None:
    with pytest.raises(WorkspaceError, match="is no origin of a page"):
        hosts.checked_origin(said)
