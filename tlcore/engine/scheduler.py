"""The scheduler: dask's, with a queue that stays central and a handful of questions it answers."""

import asyncio
import logging
import time
import uuid
from typing import Any

import psutil
from dask._expr import LLGExpr
from dask._task_spec import Task
from distributed import Scheduler
from distributed.protocol import Serialized, serialize, to_serialize
from distributed.spans import SpanMetadata

from tlcore.engine.status import JobState
from tlcore.engine.worker import run_job

log = logging.getLogger(__name__)

# dask's own name for "keep the task until it has run, then forget it": no client holds a result, so the
# death of a worker never runs a finished job again.
_OWNER = "fire-and-forget"

_QUEUED = ("released", "waiting", "queued", "no-worker")


class EngineScheduler(Scheduler):  # type: ignore[misc]
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stop_asked = asyncio.Event()
        self._submitting = asyncio.Lock()
        self._last_busy = time.monotonic()
        self.handlers |= {
            "thaw-ping": self.answer_ping,
            "thaw-submit": self.answer_submit,
            "thaw-jobs": self.answer_jobs,
            "thaw-cancel": self.answer_cancel,
            "thaw-status": self.answer_status,
            "thaw-stop": self.answer_stop,
        }

    def is_rootish(self, ts: Any) -> bool:
        """Yes unless tied to a worker: rootish tasks wait here, where no dying worker harms them."""
        return not (ts.resource_restrictions or ts.worker_restrictions or ts.host_restrictions)

    def start_http_server(self, *_args: Any, **_kwargs: Any) -> None:
        """None: it would listen without TLS and tell anyone who asks."""

    def idle_s(self) -> float:
        """Seconds since there was work, or somebody who was about to bring some."""
        if self._jobs() or self._submitting.locked():
            self._last_busy = time.monotonic()
        return time.monotonic() - self._last_busy

    async def answer_ping(self) -> bool:
        self._last_busy = time.monotonic()
        return not self.stop_asked.is_set()

    async def answer_submit(self, key: str, reference: str, arguments: bytes) -> dict[str, str]:
        # One at a time: jobs run in the order in which they came, and a key comes once.
        async with self._submitting:
            if self.stop_asked.is_set():
                return {"refused": "The training engine is ending. Start it again."}
            if key in self._jobs():
                return {}
            task = Task(key, run_job, key, reference, arguments)
            graph = LLGExpr({key: task}, _determ_token=uuid.uuid4().hex)
            await self.update_graph(
                client=_OWNER,
                expr_ser=Serialized(*serialize(to_serialize(graph), on_error="raise")),
                keys={key},
                span_metadata=SpanMetadata(collections=[{"type": "Future"}]),
                internal_priority={key: 0},
                submitting_task=None,
                stimulus_id=f"thaw-submit-{key}",
            )
            if key not in self.tasks:
                return {"refused": "The training engine could not take the job; its log says why."}
            return {}

    async def answer_jobs(self) -> dict[str, str]:
        return self._jobs()

    async def answer_cancel(self, key: str) -> bool:
        if self._jobs().get(key) != JobState.QUEUED:
            return False
        self.client_releases_keys([key], client=_OWNER, stimulus_id=f"thaw-cancel-{key}")
        return key not in self.tasks

    async def answer_status(self) -> dict[str, Any]:
        workers = [_describe(worker) for worker in self.workers.values()]
        return {"workers": [worker for worker in workers if worker is not None], "jobs": self._jobs()}

    async def answer_stop(self) -> dict[str, str]:
        self.stop_asked.set()
        return {}

    def _jobs(self) -> dict[str, str]:
        queued = sorted((ts for ts in self.tasks.values() if ts.state in _QUEUED), key=lambda ts: ts.priority)
        running = {ts.key: str(JobState.RUNNING) for ts in self.tasks.values() if ts.state == "processing"}
        return running | {ts.key: str(JobState.QUEUED) for ts in queued}


def _describe(worker: Any) -> dict[str, Any] | None:
    """None for one that has just died."""
    try:
        memory_bytes = psutil.Process(worker.pid).memory_info().rss
    except psutil.Error:
        return None
    job = next((task.key for task in worker.processing), None)
    return {"pid": worker.pid, "memory_bytes": memory_bytes, "job": job}
