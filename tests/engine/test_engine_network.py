"""What an engine offers to others on the machine: nothing."""

import socket
import ssl

import psutil
import pytest
from conftest import processes_of

from tlcore import engine
from tlcore.engine import security
from tlcore.workspace import Workspace


def listening(workspace: Workspace) -> list[tuple[str, int]]:
    return [
        (connection.laddr.ip, connection.laddr.port)
        for process in processes_of(workspace)
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]


def ask(address: tuple[str, int], context: ssl.SSLContext | None, words: bytes) -> bytes:
    """What comes back; nothing when the door is shut."""
    try:
        with socket.create_connection(address, timeout=5) as plain:
            talk = context.wrap_socket(plain) if context else plain
            with talk:
                talk.sendall(words)
                return talk.recv(1000)
    except (ConnectionError, ssl.SSLError):
        return b""


def stranger() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_it_listens_on_loopback_only_and_hears_only_its_key(
    running: engine.Engine, workspace: Workspace
) -> None:
    doors = listening(workspace)
    # The scheduler, the nanny and the worker.
    assert len(doors) == 3
    assert {ip for ip, _ in doors} == {"127.0.0.1"}
    friend = security.load(workspace.engine).get_connection_args("client")["ssl_context"]
    for door in doors:
        for path in ("/", "/info", "/json", "/metrics", "/health", "/status"):
            assert ask(door, None, f"GET {path} HTTP/1.0\r\n\r\n".encode()) == b"", door
        assert ask(door, stranger(), b"GET / HTTP/1.0\r\n\r\n") == b"", door
        # It greets whoever holds the key.
        assert len(ask(door, friend, b"")) > 0, door


def test_the_key_of_an_earlier_engine_opens_nothing(running: engine.Engine, workspace: Workspace) -> None:
    old = security.load(workspace.engine).get_connection_args("client")["ssl_context"]
    running.stop()
    engine.start_or_find(workspace)
    for door in listening(workspace):
        assert ask(door, old, b"") == b"", door


def test_it_refuses_to_speak_without_encryption(running: engine.Engine) -> None:
    from tlcore.engine.connection import _run

    async def connect_plainly() -> None:
        from distributed.comm import connect

        await connect(running.address.url.replace("tls://", "tcp://"), timeout=1)

    running.jobs()
    with pytest.raises(OSError, match=r".*"):
        _run(connect_plainly(), 5)
