"""Jobs to workers: each worker that is free gets the next job of the queue, and dask runs it there.

dask sees a job only when a worker can begin it at once; until then it waits here, where no dying worker harms
it. This works in the scheduler of Thaw's own engine, and in that of any dask cluster (tlcore.engine.preload).
"""

import asyncio
import logging
import pickle
import uuid
from dataclasses import dataclass, field
from typing import Any

from dask._expr import LLGExpr
from dask._task_spec import Task
from distributed.diagnostics.plugin import SchedulerPlugin
from distributed.protocol import Serialized, serialize, to_serialize
from distributed.spans import SpanMetadata
from tornado.ioloop import PeriodicCallback

from tlcore.engine.queue import Job, JobQueue
from tlcore.engine.worker import end_worker, run_job
from tlcore.errors import EngineError

log = logging.getLogger(__name__)

# dask's own name for "keep the task until it has run, then forget it": no client holds a result, so the
# death of a worker never runs a finished job again.
_OWNER = "fire-and-forget"

_END_S = 5.0
_LOOK_MS = 1000


@dataclass(eq=False)
class Running:
    job: Job
    worker: str
    """Its address."""
    task: str
    """What dask calls it: another name each time, so that nothing is left of an earlier one."""
    killed: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Dispatcher(SchedulerPlugin):  # type: ignore[misc]
    name = "thaw"

    def __init__(self, scheduler: Any) -> None:
        """To be made in the event loop of the scheduler."""
        self._scheduler = scheduler
        self._queue = JobQueue()
        # By the name of the task.
        self._running: dict[str, Running] = {}
        # Workers that are being ended: no further job for them.
        self._condemned: set[str] = set()
        self._handing_over: set[asyncio.Task[None]] = set()
        scheduler.add_plugin(self)
        # A cluster's worker may have been paused for a while, and no hook tells when it goes on.
        self._look = PeriodicCallback(self._assign, _LOOK_MS)
        self._look.start()

    def put(self, job: Job) -> None:
        self._queue.put(job)
        self._assign()

    def cancel(self, key: str) -> bool:
        """True when the job waited and has been removed."""
        return self._queue.remove(key)

    def waiting(self) -> tuple[Job, ...]:
        """In the order in which they will run."""
        return self._queue.order()

    def running(self) -> tuple[Running, ...]:
        return tuple(self._running.values())

    async def kill(self, key: str) -> bool:
        """End the worker that runs this job, and no other; another one takes its place.

        False when the job does not run. Raises EngineError when the worker cannot be ended.
        """
        running = next((running for running in self.running() if running.job.key == key), None)
        worker = self._scheduler.workers.get(running.worker) if running else None
        if running is None or worker is None:
            return False
        # The job may end by itself just now: the next one must not be hit.
        self._condemned.add(worker.address)
        running.killed = True
        try:
            await self._end_through_nanny(worker)
        except BaseException:
            self._condemned.discard(worker.address)
            running.killed = False
            raise
        try:
            await asyncio.wait_for(running.ended.wait(), _END_S)
        except TimeoutError as error:
            raise EngineError("The worker has not ended yet. Look again in a moment.") from error
        return True

    # Hooks, called by dask

    def transition(self, key: Any, start: str, finish: str, *_args: Any, **_more: Any) -> None:
        if start == "processing":
            # Somebody's task has left a worker, which may now be free.
            self._soon(self._assign)
        running = self._running.get(key)
        if running is None or finish in ("waiting", "processing"):
            return
        self._ended(running)
        if finish == "no-worker" and start != "processing" and not running.killed:
            # Its worker had gone before it could begin.
            self._queue.put_back(running.job)
        # dask would wait for a worker of that address to run it.
        self._soon(self._forget, running)

    def add_worker(self, scheduler: Any, worker: str) -> None:
        self._soon(self._assign)

    def remove_worker(self, scheduler: Any, worker: str, **_more: Any) -> None:
        self._condemned.discard(worker)
        self._soon(self._assign)

    def _soon(self, function: Any, *arguments: Any) -> None:
        """When dask has finished what it is doing."""
        asyncio.get_running_loop().call_soon(function, *arguments)

    # Giving jobs to workers

    def _assign(self) -> None:
        """A job to every worker that is free."""
        busy = self._condemned | {running.worker for running in self._running.values()}
        for worker in list(self._scheduler.running):
            if worker.processing or worker.address in busy:
                continue
            job = self._queue.take()
            if job is None:
                return
            running = Running(job, worker.address, f"thaw-{job.key}-{uuid.uuid4().hex}")
            self._running[running.task] = running
            handing_over = asyncio.get_running_loop().create_task(self._hand_over(running))
            self._handing_over.add(handing_over)
            handing_over.add_done_callback(self._handing_over.discard)

    async def _hand_over(self, running: Running) -> None:
        job = running.job
        task = Task(running.task, run_job, job.key, job.reference, job.arguments)
        graph = LLGExpr({running.task: task}, _determ_token=uuid.uuid4().hex)
        await self._scheduler.update_graph(
            client=_OWNER,
            expr_ser=Serialized(*serialize(to_serialize(graph), on_error="raise")),
            keys={running.task},
            span_metadata=SpanMetadata(collections=[{"type": "Future"}]),
            internal_priority={running.task: 0},
            submitting_task=None,
            # This worker and no other: a job whose worker dies is not run again by itself.
            annotations={"workers": [running.worker], "allow_other_workers": False, "retries": 0},
            stimulus_id=f"thaw-submit-{job.key}",
        )
        if running.task not in self._scheduler.tasks and running.task in self._running:
            log.error("Job %s could not be given to a worker.", job.key)
            self._ended(running)

    def _ended(self, running: Running) -> None:
        self._running.pop(running.task, None)
        running.ended.set()

    def _forget(self, running: Running) -> None:
        if running.task in self._scheduler.tasks:
            self._scheduler.client_releases_keys(
                [running.task], client=_OWNER, stimulus_id=f"thaw-forget-{running.job.key}"
            )

    async def _end_through_nanny(self, worker: Any) -> None:
        """Kill a worker's process: one that hangs does not listen itself. Its nanny starts another."""
        if not worker.nanny:
            raise EngineError(
                f"The worker at {worker.address} has no nanny that could end it. End its process "
                f"{worker.pid} on its own machine."
            )
        try:
            answer = await self._scheduler.rpc(worker.nanny).run(
                function=pickle.dumps(end_worker), kwargs=pickle.dumps({"pid": worker.pid})
            )
        except OSError as error:
            raise EngineError(f"The nanny of the worker at {worker.address} does not answer.") from error
        if answer["status"] != "OK":
            log.error("The nanny %s could not end its worker: %s", worker.nanny, answer.get("text"))
            raise EngineError(f"The worker at {worker.address} could not be ended; the log says why.")
