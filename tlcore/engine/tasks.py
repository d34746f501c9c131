"""dask's part in running a call: it is told of a task when a worker can begin it at once, never before."""

import logging
import pickle
import uuid
from collections.abc import Callable
from typing import Any

from dask._expr import LLGExpr
from dask._task_spec import Task
from distributed.protocol import Serialized, serialize, to_serialize
from distributed.spans import SpanMetadata

from tlcore.engine.worker import end_worker
from tlcore.errors import EngineError
from tlcore.words import tr

log = logging.getLogger(__name__)

# dask's own name for "keep the task until it has run, then forget it": no client holds a result, so the
# death of a worker never runs a finished job again.
_OWNER = "fire-and-forget"


def new_name(key: str) -> str:
    """What dask calls it: another name each time, so that nothing is left of an earlier one."""
    return f"thaw-{key}-{uuid.uuid4().hex}"


async def begin(
    scheduler: Any, name: str, worker: str, function: Callable[..., object], *arguments: object
) -> bool:
    """Give a call to a worker; False where dask does not take it."""
    task = Task(name, function, *arguments)
    graph = LLGExpr({name: task}, _determ_token=uuid.uuid4().hex)
    await scheduler.update_graph(
        client=_OWNER,
        expr_ser=Serialized(*serialize(to_serialize(graph), on_error="raise")),
        keys={name},
        span_metadata=SpanMetadata(collections=[{"type": "Future"}]),
        internal_priority={name: 0},
        submitting_task=None,
        # This worker and no other: a job whose worker dies is not run again by itself.
        annotations={"workers": [worker], "allow_other_workers": False, "retries": 0},
        stimulus_id=f"thaw-begin-{name}",
    )
    return name in scheduler.tasks


def forget(scheduler: Any, name: str) -> None:
    if name in scheduler.tasks:
        scheduler.client_releases_keys([name], client=_OWNER, stimulus_id=f"thaw-forget-{name}")


async def end_through_nanny(scheduler: Any, worker: Any) -> None:
    """Kill a worker's process: one that hangs does not listen itself. Its nanny starts another.

    Raises EngineError when it cannot be ended.
    """
    if not worker.nanny:
        raise EngineError(
            tr(
                "The worker at {address} has no nanny that could end it. End its process {pid} on its "
                "own machine.",
                address=worker.address,
                pid=worker.pid,
            )
        )
    try:
        answer = await scheduler.rpc(worker.nanny).run(
            function=pickle.dumps(end_worker), kwargs=pickle.dumps({"pid": worker.pid})
        )
    except OSError as error:
        raise EngineError(
            tr("The nanny of the worker at {address} does not answer.", address=worker.address)
        ) from error
    if answer["status"] != "OK":
        log.error("The nanny %s could not end its worker: %s", worker.nanny, answer.get("text"))
        raise EngineError(
            tr("The worker at {address} could not be ended; the log says why.", address=worker.address)
        )
