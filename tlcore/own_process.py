"""A process that does one job and nothing else: it ends when whoever started it ends."""

import os
import sys
import threading

_one_job = False


def begin() -> None:
    """This process is for one job; the pipe to its standard input is held by whoever started it."""
    global _one_job
    _one_job = True
    threading.Thread(target=_wait, name="thaw-parent", daemon=True).start()


def is_for_one_job() -> bool:
    """Whether what is done to this process, such as a limit to its memory, harms no other job."""
    return _one_job


def _wait() -> None:
    # The pipe closes when the other process ends, in whatever way. Read past Python's own buffer: its lock,
    # held here for good, would make a process that is done end with a fatal error.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    # At once: whatever counts is on the disk.
    os._exit(1)
