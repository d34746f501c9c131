"""The route that pictures come by: who is answered, and what is kept."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st

from pages.ui import upload_route
from tests import asgi
from tlcore import uploads
from tlcore.uploads import MAX_PIECE_BYTES
from tlcore.workspace import Workspace

ID = "0123456789abcdef" * 2
HOST = "localhost:8501"


def ask(
    method: str, path: str, body: bytes = b"", *, pieces: int = 1, **headers: str | None
) -> tuple[int, dict[str, Any]]:
    """One request, as a page's own browser sends it but for what `headers` say; None leaves one out."""
    given: dict[str, str | None] = {
        "host": HOST,
        "origin": f"http://{HOST}",
        "x-thaw-token": upload_route.new_token(),
    }
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    headers_given = {name: value for name, value in given.items() if value is not None}
    status, _, content = asgi.answer(upload_route.routes(), method, path, headers_given, body, pieces)
    try:
        return status, json.loads(content)
    except ValueError:
        return status, {}


def begin(kind: str = "archive", id: str = ID, **headers: str | None) -> tuple[int, dict[str, Any]]:
    return ask("POST", f"/thaw/uploads/{id}", json.dumps({"name": "x.zip", "kind": kind}).encode(), **headers)


@pytest.fixture(autouse=True)
def _loopback() -> Iterator[None]:
    before = st.get_option("server.address")
    st.config.set_option("server.address", "localhost")
    yield
    st.config.set_option("server.address", before)


def test_pieces_come_and_are_acknowledged(home: Workspace) -> None:
    assert begin() == (200, {"received": 0})
    assert ask("PUT", f"/thaw/uploads/{ID}?offset=0", b"abcdef", pieces=3) == (200, {"received": 6})
    assert ask("PUT", f"/thaw/uploads/{ID}?offset=99", b"abc") == (200, {"received": 6})
    assert uploads.load(home, ID).data.read_bytes() == b"abcdef"
    assert begin("folder", "f" * 32) == (200, {"received": 0, "names": []})


@pytest.mark.parametrize(
    "headers",
    [
        {"x_thaw_token": None},
        {"x_thaw_token": "abc.def"},
        {"x_thaw_token": "é"},
        {"origin": None},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:9999"},
        {"host": "evil.example:8501", "origin": "http://evil.example:8501"},
        {"host": None},
        {"host": "[", "origin": "http://x"},
    ],
)
def test_nobody_else_is_answered(home: Workspace, headers: dict[str, str | None]) -> None:
    assert begin()[0] == 200
    for method, body in (("POST", b'{"name": "x", "kind": "archive"}'), ("PUT", b"abc")):
        status, told = ask(method, f"/thaw/uploads/{ID}?offset=0", body, **headers)
        assert (status, list(told)) == (403, ["message"])
    assert uploads.received_bytes(uploads.load(home, ID)) == 0


def test_a_server_with_a_name_of_its_own(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    named = {"host": "thaw.school.example", "origin": "https://thaw.school.example"}
    assert begin(**named)[0] == 403
    for option, value in (
        ("server.allowedHosts", ["*.school.example"]),
        ("browser.serverAddress", "thaw.school.example"),
        ("server.address", "0.0.0.0"),
    ):
        before = st.get_option(option)
        st.config.set_option(option, value)
        assert begin(**named)[0] == 200, option
        st.config.set_option(option, before)


def test_another_session_cannot_guess_an_upload(home: Workspace) -> None:
    assert begin()[0] == 200
    assert ask("PUT", f"/thaw/uploads/{'1' * 32}?offset=0", b"abc")[0] == 404
    assert ask("PUT", "/thaw/uploads/..?offset=0", b"abc")[0] == 404
    assert ask("GET", f"/thaw/uploads/{ID}")[0] == 405


def test_too_much_is_refused_as_it_comes(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert begin()[0] == 200
    large = bytes(MAX_PIECE_BYTES + 1)
    assert ask("PUT", f"/thaw/uploads/{ID}?offset=0", large, pieces=9)[0] == 413
    assert ask("PUT", f"/thaw/uploads/{ID}?offset=0", large, content_length="3")[0] == 413
    assert ask("POST", f"/thaw/uploads/{'2' * 32}", b" " * 5000)[0] == 413
    monkeypatch.setattr(upload_route, "limit_bytes", lambda: 5)
    status, told = ask("PUT", f"/thaw/uploads/{ID}?offset=0", b"abcdef")
    assert (status, "the limit here" in told["message"]) == (422, True)


@pytest.mark.parametrize(
    "body", [b"", b"[", b"[]", b'{"name": 1, "kind": "archive"}', b'{"name": "x", "kind": "y"}']
)
def test_nonsense_is_refused(home: Workspace, body: bytes) -> None:
    assert ask("POST", f"/thaw/uploads/{ID}", body)[0] == 400
    for offset in ("", "-1", "x", "9" * 30):
        assert ask("PUT", f"/thaw/uploads/{ID}?offset={offset}", b"abc")[0] == 400


@pytest.mark.parametrize(
    ("address", "headers", "local"),
    [
        ("localhost", {"Host": "localhost:8501"}, True),
        ("127.0.0.1", {"host": "127.0.0.1"}, True),
        ("localhost", {"Host": "thaw.example"}, False),
        ("localhost", {"Host": "localhost", "X-Forwarded-For": "10.0.0.9"}, False),
        ("0.0.0.0", {"Host": "localhost:8501"}, False),
        (None, {"Host": "localhost:8501"}, False),
        ("localhost", {}, False),
    ],
)
def test_who_is_on_this_computer(address: str | None, headers: dict[str, str], local: bool) -> None:
    st.config.set_option("server.address", address)
    assert upload_route.is_local(headers) is local
