"""The desk: the questions about jobs that a scheduler answers, asked by ``tlcore.engine.client``."""

import asyncio
import logging
import os
import time
from datetime import UTC, datetime
from typing import Any

import tlcore
from tlcore.engine.dispatcher import Dispatcher
from tlcore.engine.errands import Errands
from tlcore.engine.queue import Job, Priority
from tlcore.engine.status import JobState
from tlcore.errors import EngineError
from tlcore.words import mark

log = logging.getLogger(__name__)


class Desk:
    def __init__(self, scheduler: Any, jobs_per_person: int, errands: Errands | None = None) -> None:
        """To be made in the event loop of the scheduler. Without ``errands`` workers do light jobs too."""
        self.ending = asyncio.Event()
        """Set when no further job is taken."""
        self._scheduler = scheduler
        self._dispatcher = Dispatcher(scheduler, lambda: errands is not None and bool(errands.running()))
        self._errands = errands
        self._jobs_per_person = jobs_per_person
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._last_busy = time.monotonic()
        scheduler.handlers |= {
            "thaw-ping": self.answer_ping,
            "thaw-submit": self.answer_submit,
            "thaw-jobs": self.answer_jobs,
            "thaw-queue": self.answer_queue,
            "thaw-cancel": self.answer_cancel,
            "thaw-kill": self.answer_kill,
            "thaw-status": self.answer_status,
        }
        # From workers; nobody else's connection carries these.
        scheduler.stream_handlers |= {
            "thaw-call": self._dispatcher.hear_call,
            "thaw-enough": self._dispatcher.hear_enough,
        }

    def idle_s(self) -> float:
        """Seconds since there was work, or somebody who was about to bring some."""
        if self._jobs():
            self._last_busy = time.monotonic()
        return time.monotonic() - self._last_busy

    async def answer_ping(self) -> dict[str, Any]:
        self._last_busy = time.monotonic()
        return {"ready": not self.ending.is_set(), "version": tlcore.__version__}

    async def answer_submit(
        self, key: str, reference: str, arguments: bytes, owner: str, priority: str
    ) -> dict[str, str]:
        if self.ending.is_set():
            return _refused(mark("The training engine is ending. Start it again."))
        if key in self._jobs():
            return {}
        if owner and self._jobs_of(owner) >= self._jobs_per_person:
            return _refused(
                mark(
                    "You have {jobs} jobs waiting or running, as many as one person may have. Wait until one "
                    "has ended, or stop one."
                ),
                jobs=self._jobs_per_person,
            )
        log.info("Job %s comes (%s).", key, priority)
        job = Job(key, owner, Priority(priority), reference, arguments)
        light = self._errands if job.priority is Priority.LIGHT else None
        (light or self._dispatcher).put(job)
        return {}

    async def answer_jobs(self) -> dict[str, str]:
        return self._jobs()

    async def answer_queue(self) -> list[str]:
        return [job.key for job in self._waiting()]

    async def answer_cancel(self, key: str) -> bool:
        cancelled = self._dispatcher.cancel(key) or (self._errands is not None and self._errands.cancel(key))
        if cancelled:
            log.info("Job %s is cancelled.", key)
        return cancelled

    async def answer_kill(self, key: str) -> dict[str, Any]:
        try:
            killed = await self._dispatcher.kill(key) or (
                self._errands is not None and await self._errands.kill(key)
            )
        except EngineError as error:
            return _refused(str(error))
        if killed:
            log.warning("Job %s was ended by force, and its worker with it.", key)
        return {"killed": killed}

    async def answer_status(self) -> dict[str, Any]:
        keys = {running.worker: running.job.key for running in self._dispatcher.running()}
        helped = self._dispatcher.helped()
        return {
            "pid": os.getpid(),
            "started": self._started,
            "workers": [_describe(worker, keys, helped) for worker in self._scheduler.workers.values()],
            "errands": [*self._errands.describe()] if self._errands is not None else [],
            "jobs": self._jobs(),
            "queue": [
                {"job": job.key, "owner": job.owner, "priority": str(job.priority)} for job in self._waiting()
            ],
        }

    async def answer_stop(self) -> dict[str, str]:
        """Asked of Thaw's own engine only: a cluster goes on."""
        self.ending.set()
        return {}

    def _jobs(self) -> dict[str, str]:
        running = {job.key: str(JobState.RUNNING) for job in self._at_work()}
        return running | {job.key: str(JobState.QUEUED) for job in self._waiting()}

    def _at_work(self) -> list[Job]:
        running = [running.job for running in self._dispatcher.running()]
        return running + [errand.job for errand in self._errands.running()] if self._errands else running

    def _waiting(self) -> tuple[Job, ...]:
        waiting = self._dispatcher.waiting()
        return waiting + self._errands.waiting() if self._errands else waiting

    def _jobs_of(self, owner: str) -> int:
        return sum(job.owner == owner for job in (*self._waiting(), *self._at_work()))


def _refused(sentence: str, **values: object) -> dict[str, Any]:
    """Said by who asked, in their language: the engine has none."""
    return {"refused": sentence, "values": values}


def _describe(worker: Any, keys: dict[str, str], helped: dict[str, str]) -> dict[str, Any]:
    return {
        "address": worker.address,
        "pid": worker.pid,
        # As its last sign of life had it: a cluster's worker is on another machine.
        "memory_bytes": int(worker.metrics.get("memory", 0)),
        "silent_s": round(max(0.0, time.time() - worker.last_seen), 1),
        "job": keys.get(worker.address),
        "helps": helped.get(worker.address),
    }
