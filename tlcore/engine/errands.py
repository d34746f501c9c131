"""Errands: jobs that need no TensorFlow. Each has a process of its own, and none waits behind a training.

Such a process is there only as long as its job, and takes the memory that the job takes; one more warm worker
would take hundreds of MB, all the time.
"""

import asyncio
import logging
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil

from tlcore.engine import launch
from tlcore.engine.queue import Job, JobQueue

log = logging.getLogger(__name__)

AT_ONCE = 2
"""An intake keeps all cores busy; the second place is for whoever has brought a few pictures only."""


@dataclass(eq=False)
class Errand:
    job: Job
    process: "subprocess.Popen[bytes]"


class Errands:
    def __init__(self) -> None:
        """To be made in the event loop of the scheduler."""
        self._queue = JobQueue()
        self._running: dict[str, Errand] = {}
        self._watching: set[asyncio.Task[None]] = set()
        self._closed = False

    def put(self, job: Job) -> None:
        self._queue.put(job)
        self._assign()

    def cancel(self, key: str) -> bool:
        """True when the job waited and has been removed."""
        return self._queue.remove(key)

    def waiting(self) -> tuple[Job, ...]:
        """In the order in which they will run."""
        return self._queue.order()

    def running(self) -> tuple[Errand, ...]:
        return tuple(self._running.values())

    async def kill(self, key: str) -> bool:
        """End the process of a job, and what it has started. False when the job does not run."""
        errand = self._running.get(key)
        if errand is None:
            return False
        launch.send_kill(_family(errand))
        await asyncio.to_thread(errand.process.wait)
        # Now, not when its task comes to it: whoever asks next must not find the job.
        self._running.pop(key, None)
        return True

    def describe(self) -> Iterator[dict[str, Any]]:
        for errand in self.running():
            memory = sum(map(_memory_bytes, _family(errand)))
            yield {
                "address": "",
                "pid": errand.process.pid,
                "memory_bytes": memory,
                "silent_s": 0.0,
                "job": errand.job.key,
            }

    def close(self) -> None:
        """End all of them; what they had done is on the disk."""
        self._closed = True
        for errand in self.running():
            launch.send_kill(_family(errand))

    def _assign(self) -> None:
        while not self._closed and len(self._running) < AT_ONCE:
            job = self._queue.take()
            if job is None:
                return
            try:
                errand = Errand(job, _start(job))
            except OSError:
                # Its record says that it was interrupted, and it can be begun again.
                log.exception("Job %s could not be started.", job.key)
                continue
            self._running[job.key] = errand
            watching = asyncio.get_running_loop().create_task(self._watch(errand))
            self._watching.add(watching)
            watching.add_done_callback(self._watching.discard)

    async def _watch(self, errand: Errand) -> None:
        status = await asyncio.to_thread(errand.process.wait)
        if errand.process.stdin is not None:
            errand.process.stdin.close()
        if status:
            log.error("Job %s ended with status %d.", errand.job.key, status)
        if self._running.get(errand.job.key) is errand:
            del self._running[errand.job.key]
        self._assign()


def _start(job: Job) -> "subprocess.Popen[bytes]":
    # -P: the workspace is the working folder, and what lies in it must never be imported.
    command = [sys.executable, "-P", "-m", "tlcore.engine.errand", job.key]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(pickle.dumps((job.reference, job.arguments), protocol=5))
    process.stdin.flush()
    return process


def _family(errand: Errand) -> list[psutil.Process]:
    try:
        return launch.family(psutil.Process(errand.process.pid))
    except psutil.NoSuchProcess:
        return []


def _memory_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
