"""A sign of life of the process that trains a run, so that a hung one is seen and told from a slow one.

By the monotonic clock, which all processes of a machine share: the wall clock may jump. A process on another
machine (a cluster) is watched for changes of the file instead.
"""

import contextlib
import json
import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EVERY_S = 2.0
SILENT_AFTER_S = 60.0
# A process may live and yet its training hang: without an event for so long it no longer counts as alive.
EVENTLESS_S = 900.0

_seen: dict[Path, tuple[bytes, float]] = {}


@contextmanager
def beating(folder: Path, events: Path) -> Iterator[None]:
    """Inside, a thread tells every few seconds that this process lives. ``events`` grows as it works."""
    ended = threading.Event()
    file = _file(folder)
    _beat(file)
    thread = threading.Thread(target=_keep_beating, args=(file, events, ended), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        forget(folder)


def forget(folder: Path) -> None:
    """What an ended process told is no news of the next one."""
    with contextlib.suppress(OSError):
        _file(folder).unlink(missing_ok=True)


def is_silent(folder: Path) -> bool:
    """Whether the process that trains here has not been heard of for long. False where none has ever been."""
    file = _file(folder)
    try:
        content = file.read_bytes()
        told = json.loads(content)
        machine, beat_s = str(told["machine"]), float(told["monotonic_s"])
    except (OSError, ValueError, KeyError, TypeError):
        _seen.pop(file, None)
        return False
    now_s = time.monotonic()
    if machine == platform.node() and beat_s <= now_s:
        return now_s - beat_s > SILENT_AFTER_S
    known = _seen.get(file)
    if known is None or known[0] != content:
        known = _seen[file] = (content, now_s)
    return now_s - known[1] > SILENT_AFTER_S


def _file(folder: Path) -> Path:
    return folder / "heartbeat.json"


def _keep_beating(file: Path, events: Path, ended: threading.Event) -> None:
    size, grown_s = -1, time.monotonic()
    while not ended.wait(EVERY_S):
        with contextlib.suppress(OSError):
            now = events.stat().st_size
            if now != size:
                size, grown_s = now, time.monotonic()
        if time.monotonic() - grown_s < EVENTLESS_S:
            _beat(file)


def _beat(file: Path) -> None:
    """A beat that cannot be written is a beat missed; training goes on."""
    temporary = file.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        temporary.write_text(json.dumps({"machine": platform.node(), "monotonic_s": time.monotonic()}))
        os.replace(temporary, file)
