"""Idle workers that help a running job, as long as nobody else wants them.

A job calls for help (``tlcore.helping``); a worker that has nothing to do then runs the function that the
call names. It is nobody's job: no queue shows it, and it goes as soon as a job waits, as the job that called
ends, or as another job comes to its machine and is to have the cores.
"""

import asyncio
import logging
import pickle
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tlcore.engine import tasks
from tlcore.engine.worker import dismiss, run_helper
from tlcore.errors import EngineError

log = logging.getLogger(__name__)

LEAVE_S = 3.0
"""One that has not gone after so long hangs, and is ended by force: all it could lose is a shard."""


@dataclass(frozen=True)
class Call:
    job: str
    """The key of the job that called."""
    task: str
    """What dask calls that job, this time."""
    worker: str
    reference: str
    arguments: bytes


@dataclass(eq=False)
class Helper:
    call: Call
    worker: str
    """Its address."""
    name: str
    """What dask calls it."""
    leaving: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Helpers:
    def __init__(self, scheduler: Any, condemned: set[str]) -> None:
        """To be made in the event loop of the scheduler.

        ``condemned``: addresses of workers that are being ended, to be given no job; shared.
        """
        self._scheduler = scheduler
        self._condemned = condemned
        # By the task of the job that called: a job has one call, the latest.
        self._calls: dict[str, Call] = {}
        # By the name of the task.
        self._helpers: dict[str, Helper] = {}
        self._at_it: set[asyncio.Task[None]] = set()

    def hear(self, call: Call) -> None:
        self._calls[call.task] = call
        # Of an earlier call, which is answered.
        self._send_away(self._of(call.task))

    def forget(self, task: str) -> None:
        """A job has ended, or wants no more help."""
        self._calls.pop(task, None)
        self._send_away(self._of(task))

    def at_work(self) -> dict[str, str]:
        """The key of the job that is helped, by the address of the worker."""
        return {helper.worker: helper.call.job for helper in self._helpers.values()}

    def send(self, worker: Any, job_tasks_here: Iterable[str]) -> None:
        """Let a free worker help, where there is a call. ``job_tasks_here``: at work on its machine."""
        here = set(job_tasks_here)
        # Beside any other job it would take that one's cores.
        calls = [call for call in self._calls.values() if here <= {call.task}]
        if not calls:
            return
        call = min(calls, key=lambda call: len(self._of(call.task)))
        helper = Helper(call, worker.address, tasks.new_name(f"help-{call.job}"))
        self._helpers[helper.name] = helper
        self._soon(self._begin(helper))

    def make_place(self, jobs_waiting: int) -> None:
        """So many jobs wait, and no worker is free."""
        leaving = sum(helper.leaving for helper in self._helpers.values())
        staying = [helper for helper in self._helpers.values() if not helper.leaving]
        # A negative number would count from the end.
        self._send_away(staying[: max(0, jobs_waiting - leaving)])

    def send_all_away(self) -> None:
        self._send_away(self._helpers.values())

    def leave_to(self, worker: str, task: str) -> None:
        """A job begins on a worker: its machine is to be its own, and that of its helpers."""
        host = host_of(worker)
        self._send_away(
            [one for one in self._helpers.values() if host_of(one.worker) == host and one.call.task != task]
        )

    def follow(self, name: str, finish: str) -> bool:
        """dask tells that a task has gone to another state; whether it was one of a helper that has ended."""
        helper = self._helpers.get(name)
        if helper is None or finish in ("waiting", "processing"):
            return False
        # Whatever the help raises is logged in the worker: only its death is no result.
        self._ended(helper, died=finish != "memory")
        return True

    def _of(self, task: str) -> list[Helper]:
        return [helper for helper in self._helpers.values() if helper.call.task == task]

    def _ended(self, helper: Helper, died: bool) -> None:
        self._helpers.pop(helper.name, None)
        helper.ended.set()
        # There was nothing left to do; or it died, as the next one might.
        if (died or not helper.leaving) and self._calls.get(helper.call.task) is helper.call:
            del self._calls[helper.call.task]

    async def _begin(self, helper: Helper) -> None:
        call = helper.call
        log.info("The worker at %s helps job %s.", helper.worker, call.job)
        if not await tasks.begin(
            self._scheduler,
            helper.name,
            helper.worker,
            run_helper,
            helper.name,
            call.job,
            call.reference,
            call.arguments,
        ):
            self._ended(helper, died=True)

    def _send_away(self, helpers: Iterable[Helper]) -> None:
        for helper in helpers:
            if not helper.leaving:
                helper.leaving = True
                self._soon(self._see_off(helper))

    async def _see_off(self, helper: Helper) -> None:
        worker = self._scheduler.workers.get(helper.worker)
        if worker is None:
            return
        try:
            await asyncio.wait_for(self._dismissed(helper), LEAVE_S)
        except OSError:
            # It hangs; TimeoutError is one of these.
            if not helper.ended.is_set():
                await self._end(helper, worker)

    async def _end(self, helper: Helper, worker: Any) -> None:
        log.warning("The helper at %s does not go: its worker is ended.", helper.worker)
        # It may go by itself just now: the next job must not be hit.
        self._condemned.add(helper.worker)
        try:
            await tasks.end_through_nanny(self._scheduler, worker)
        except EngineError as error:
            self._condemned.discard(helper.worker)
            log.error("%s", error)

    async def _dismissed(self, helper: Helper) -> None:
        await self._scheduler.rpc(helper.worker).run(
            function=pickle.dumps(dismiss), kwargs=pickle.dumps({"name": helper.name})
        )
        await helper.ended.wait()

    def _soon(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._at_it.add(task)
        task.add_done_callback(self._at_it.discard)


def host_of(address: str) -> str:
    """Of ``tls://HOST:PORT``."""
    return address.rpartition(":")[0]
