"""The app served, and the browser that looks at it: for tests, and for what is measured."""

import os
import socket
import subprocess
import time
import urllib.request

CHROMIUM = os.environ.get("THAW_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until_healthy(address: str, server: "subprocess.Popen[bytes]", every_s: float = 0.1) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer:
                assert answer.read() == b"ok"
                return
        except OSError:
            time.sleep(every_s)
    raise AssertionError("the server did not come up")
