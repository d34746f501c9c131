"""Jobs to workers: each worker that is free gets the next job of the queue, and dask runs it there.

dask sees a job only when a worker can begin it at once; until then it waits here, where no dying worker harms
it. This works in the scheduler of Thaw's own engine, and in that of any dask cluster (tlcore.engine.preload).
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from distributed.diagnostics.plugin import SchedulerPlugin
from tornado.ioloop import PeriodicCallback

from tlcore.engine import tasks
from tlcore.engine.helpers import Call, Helpers, host_of
from tlcore.engine.queue import Job, JobQueue
from tlcore.engine.worker import run_job
from tlcore.errors import EngineError
from tlcore.words import tr

log = logging.getLogger(__name__)

_END_S = 5.0
_LOOK_MS = 1000


@dataclass(eq=False)
class Running:
    job: Job
    worker: str
    """Its address."""
    task: str
    """What dask calls it."""
    killed: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def is_beside(self, worker: str) -> bool:
        """Whether it runs on the machine of that worker."""
        return host_of(self.worker) == host_of(worker)


class Dispatcher(SchedulerPlugin):  # type: ignore[misc]
    name = "thaw"

    def __init__(self, scheduler: Any, beside: Callable[[], bool] = lambda: False) -> None:
        """To be made in the event loop of the scheduler.

        ``beside``: whether somebody's work goes on beside the workers; then none of them helps another.
        """
        self._scheduler = scheduler
        self._beside = beside
        self._queue = JobQueue()
        # By the name of the task.
        self._running: dict[str, Running] = {}
        # Workers that are being ended: no further job for them.
        self._condemned: set[str] = set()
        self._helpers = Helpers(scheduler, self._condemned)
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

    def helped(self) -> dict[str, str]:
        """The key of the job that an idle worker helps, by the worker's address."""
        return self._helpers.at_work()

    def hear_call(self, worker: str, key: str, reference: str, arguments: bytes) -> None:
        """A job that runs on this worker has work for others."""
        for running in self.running():
            if (running.worker, running.job.key) == (worker, key):
                self._helpers.hear(Call(key, running.task, worker, reference, arguments))
        self._assign()

    def hear_enough(self, worker: str, key: str) -> None:
        """It wants its helpers to be gone."""
        for running in self.running():
            if (running.worker, running.job.key) == (worker, key):
                self._helpers.forget(running.task)

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
            await tasks.end_through_nanny(self._scheduler, worker)
        except BaseException:
            self._condemned.discard(worker.address)
            running.killed = False
            raise
        try:
            await asyncio.wait_for(running.ended.wait(), _END_S)
        except TimeoutError as error:
            raise EngineError(tr("The worker has not ended yet. Look again in a moment.")) from error
        return True

    # Hooks, called by dask

    def transition(self, key: Any, start: str, finish: str, *_args: Any, **_more: Any) -> None:
        if start == "processing":
            # Somebody's task has left a worker, which may now be free.
            self._soon(self._assign)
        if self._helpers.follow(key, finish):
            self._soon(tasks.forget, self._scheduler, key)
        running = self._running.get(key)
        if running is None or finish in ("waiting", "processing"):
            return
        self._ended(running)
        if finish == "no-worker" and start != "processing" and not running.killed:
            # Its worker had gone before it could begin.
            self._queue.put_back(running.job)
        # dask would wait for a worker of that address to run it.
        self._soon(tasks.forget, self._scheduler, running.task)

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
        """A job to every worker that is free; where none waits, it may help one that runs."""
        busy = self._condemned | {running.worker for running in self._running.values()}
        busy |= self._helpers.at_work().keys()
        free = [
            worker
            for worker in self._scheduler.running
            if not worker.processing and worker.address not in busy
        ]
        for worker in free:
            job = self._queue.take()
            if job is None:
                if not self._beside():
                    here = {one.task for one in self.running() if one.is_beside(worker.address)}
                    self._helpers.send(worker, here)
                continue
            running = Running(job, worker.address, tasks.new_name(job.key))
            self._running[running.task] = running
            self._helpers.leave_to(worker.address, running.task)
            handing_over = asyncio.get_running_loop().create_task(self._hand_over(running))
            self._handing_over.add(handing_over)
            handing_over.add_done_callback(self._handing_over.discard)
        self._helpers.make_place(len(self.waiting()))
        if self._beside():
            self._helpers.send_all_away()

    async def _hand_over(self, running: Running) -> None:
        job = running.job
        taken = await tasks.begin(
            self._scheduler, running.task, running.worker, run_job, job.key, job.reference, job.arguments
        )
        if not taken and running.task in self._running:
            log.error("Job %s could not be given to a worker.", job.key)
            self._ended(running)

    def _ended(self, running: Running) -> None:
        self._running.pop(running.task, None)
        self._helpers.forget(running.task)
        running.ended.set()
