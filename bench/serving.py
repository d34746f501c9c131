"""Pictures a second by ``thaw serve``, beside the same model called directly: ``python bench/serving.py``.

Both on this machine, with whoever asks, over kept connections, with a JPEG picture. The best of a few rounds,
taken in turn, so that what else the machine does harms neither.
"""

import argparse
import http.client
import io
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image

from tlcore import runs
from tlcore.predict import Predictor
from tlcore.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_data" / "clipart"
IN_A_FORM = 16
LEAST_SHARE = 0.7

Ask = Callable[[], None]


def thaw(*words: str, home: Path) -> str:
    command = [sys.executable, "-m", "tlcore.cli", *words, "--home", str(home)]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def trained(home: Path) -> str:
    """The id of a run of a single epoch: how much it has learned makes no difference to its speed."""
    report = thaw("train", str(SAMPLE), "--json", "--set", "phases.0.epochs=1", home=home)
    return str(json.loads(report)["run"])


@contextmanager
def served(home: Path, run: str) -> Iterator[tuple[str, str]]:
    """Its address and token."""
    command = [sys.executable, "-m", "tlcore.cli", "serve", run, "--port", "0", "--json", "--home", str(home)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
        yield told["address"], told["token"]
    finally:
        process.terminate()
        process.wait(20)


def photo(side_px: int) -> bytes:
    """A JPEG of a drawing of the sample, as large as pictures are that people send."""
    with Image.open(SAMPLE / "bird" / "rooster_01.jpg") as drawing:
        picture = drawing.convert("RGB").resize((side_px, side_px * 3 // 4), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def form(content: bytes, count: int) -> tuple[bytes, str]:
    head = '--mark\r\nContent-Disposition: form-data; name="pictures"; filename="a.jpg"\r\n\r\n'
    return (head.encode() + content + b"\r\n") * count + b"--mark--\r\n", "multipart/form-data; boundary=mark"


def asking(address: str, token: str, body: bytes, kind: str) -> Ask:
    """Each thread that asks keeps a connection of its own."""
    own = threading.local()

    def ask() -> None:
        if not hasattr(own, "connection"):
            own.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        own.connection.request(
            "POST", "/api/predict", body, {"Authorization": f"Bearer {token}", "Content-Type": kind}
        )
        answer = own.connection.getresponse()
        told = answer.read()
        assert answer.status == 200, told

    return ask


def per_second(ask: Ask, at_once: int, seconds: float) -> float:
    """How often it was answered, by so many who each ask again as soon as they have an answer."""

    def work(until_s: float) -> int:
        count = 0
        while time.perf_counter() < until_s:
            ask()
            count += 1
        return count

    with ThreadPoolExecutor(at_once) as pool:
        # Connections are opened, and a graph warmed up, before the clock starts.
        list(pool.map(lambda _: ask(), range(at_once)))
        started_s = time.perf_counter()
        counted = sum(pool.map(work, [started_s + seconds] * at_once))
        return counted / (time.perf_counter() - started_s)


def measure(
    home: Path, run: str, side_px: int, seconds: float, rounds: int
) -> Iterator[tuple[str, float, float]]:
    """What, pictures a second through the server, and directly."""
    workspace = Workspace(home)
    predictor = Predictor(workspace, runs.load(workspace, run))
    picture = photo(side_px)

    def directly() -> None:
        predictor.predict(picture)

    with served(home, run) as (address, token):
        single = asking(address, token, picture, "image/jpeg")
        several = asking(address, token, *form(picture, IN_A_FORM))
        for what, ask, pictures, at_once, direct_at_once in (
            ("one program, a picture a request", single, 1, 1, 1),
            ("eight programs, a picture a request", single, 1, 8, 4),
            (f"one program, {IN_A_FORM} pictures a request", several, IN_A_FORM, 1, 4),
        ):
            through, direct = 0.0, 0.0
            for _ in range(rounds):
                direct = max(direct, per_second(directly, direct_at_once, seconds))
                through = max(through, pictures * per_second(ask, at_once, seconds))
            yield what, through, direct


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--side", type=int, default=640, help="pixels of the picture's longer side")
    asked.add_argument("--seconds", type=float, default=5)
    asked.add_argument("--rounds", type=int, default=3)
    chosen = asked.parse_args()
    shares = []
    with tempfile.TemporaryDirectory(prefix="thaw-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        run = trained(home)
        thaw("engine", "stop", home=home)
        say("| who asks | pictures a second | called directly | share |\n|---|---|---|---|")
        for what, through, direct in measure(home, run, chosen.side, chosen.seconds, chosen.rounds):
            shares.append(through / direct)
            say(f"| {what} | {through:.1f} | {direct:.1f} | {through / direct:.0%} |")
    return 0 if min(shares) >= LEAST_SHARE else 1


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
