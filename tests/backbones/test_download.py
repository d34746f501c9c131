"""Downloads against a server on this machine: whole, resumed, wrong, broken off, offline."""

import hashlib
import http.server
import re
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from tlcore.backbones.download import download, is_intact

CONTENT = bytes(range(256)) * 20_000  # five megabytes: several chunks
MD5 = hashlib.md5(CONTENT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT; ``/plain`` knows no ranges, ``/short`` breaks off in the middle."""

    ranges: list[str | None]

    def do_GET(self) -> None:
        asked = self.headers["Range"]
        self.ranges.append(asked)
        if self.path == "/missing":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        match = re.fullmatch(r"bytes=(\d+)-", asked or "")
        start = int(match[1]) if match and self.path != "/plain" else 0
        if start >= len(CONTENT):
            self.send_error(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            return
        self.send_response(HTTPStatus.PARTIAL_CONTENT if start else HTTPStatus.OK)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start : len(CONTENT) // 2 if self.path == "/short" else None])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "*")
    Handler.ranges = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def part_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def test_a_whole_file_with_progress(server: str, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    target = tmp_path / "cache" / "file.h5"
    download(f"{server}/file", target, MD5, lambda done, total: seen.append((done, total)))
    assert target.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert not part_of(target).exists()


def test_a_broken_download_is_resumed(server: str, tmp_path: Path) -> None:
    target, seen = tmp_path / "file.h5", list[tuple[int, int]]()
    with pytest.raises(OSError, match="the connection broke off"):
        download(f"{server}/short", target, MD5)
    assert not target.exists()
    assert part_of(target).stat().st_size == len(CONTENT) // 2
    download(f"{server}/file", target, MD5, lambda done, total: seen.append((done, total)))
    assert target.read_bytes() == CONTENT
    assert Handler.ranges == [None, f"bytes={len(CONTENT) // 2}-"]
    assert seen[0][0] > len(CONTENT) // 2
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_a_server_without_ranges_starts_over(server: str, tmp_path: Path) -> None:
    target = tmp_path / "file.h5"
    part_of(target).write_bytes(CONTENT[:1000])
    download(f"{server}/plain", target, MD5)
    assert target.read_bytes() == CONTENT


def test_a_part_longer_than_the_file_starts_over(server: str, tmp_path: Path) -> None:
    target = tmp_path / "file.h5"
    part_of(target).write_bytes(CONTENT + b"more")
    download(f"{server}/file", target, MD5)
    assert target.read_bytes() == CONTENT
    assert Handler.ranges == [f"bytes={len(CONTENT) + 4}-", None]


def test_a_complete_part_is_only_put_in_place(server: str, tmp_path: Path) -> None:
    target = tmp_path / "file.h5"
    part_of(target).write_bytes(CONTENT)
    download(f"{server}/file", target, MD5)
    assert target.read_bytes() == CONTENT
    assert Handler.ranges == []


def test_without_a_hash_nothing_is_resumed(server: str, tmp_path: Path) -> None:
    target = tmp_path / "file.h5"
    part_of(target).write_bytes(b"of something else")
    download(f"{server}/file", target)
    assert target.read_bytes() == CONTENT
    assert Handler.ranges == [None]


def test_a_wrong_file_is_thrown_away(server: str, tmp_path: Path) -> None:
    target = tmp_path / "file.h5"
    with pytest.raises(OSError, match="not the file that was expected"):
        download(f"{server}/file", target, "0" * 32)
    assert not target.exists()
    assert not part_of(target).exists()


def test_a_file_that_is_already_there_is_not_fetched(server: str, tmp_path: Path) -> None:
    target = tmp_path / "file.h5"
    target.write_bytes(CONTENT)
    download(f"{server}/file", target, MD5)
    assert Handler.ranges == []


def test_offline_and_missing_raise_oserror(server: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="refused"):
        download("http://127.0.0.1:9/file", tmp_path / "file.h5", MD5)
    with pytest.raises(OSError, match="404") as caught:
        download(f"{server}/missing", tmp_path / "file.h5", MD5)
    caught.value.close()


def test_is_intact_notices_a_change(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert not is_intact(path, None)
    path.write_bytes(b"abc")
    sha256 = hashlib.sha256(b"abc").hexdigest()
    assert is_intact(path, None)
    assert is_intact(path, sha256)
    path.write_bytes(b"abcd")
    assert not is_intact(path, sha256)
    path.write_bytes(b"")
    assert not is_intact(path, None)
