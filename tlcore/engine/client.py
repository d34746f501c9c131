"""Talking to an engine, whichever it is: Thaw's own (``own``) or a dask cluster (``cluster``)."""

import abc
from collections.abc import Callable
from typing import Any, Protocol

from tlcore.engine import calls
from tlcore.engine.connection import Connection
from tlcore.engine.queue import Priority
from tlcore.engine.references import reference_to
from tlcore.engine.status import EngineStatus, JobState, WaitingJob, WorkerStatus
from tlcore.errors import EngineError
from tlcore.words import tr


class Reachable(Protocol):
    @property
    def url(self) -> str: ...


class Engine(abc.ABC):
    """A handle on an engine. Thread-safe; each method raises EngineError when the engine is gone."""

    address: Reachable

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def submit(
        self,
        key: str,
        function: Callable[..., object],
        *args: object,
        owner: str = "",
        priority: Priority = Priority.LONG,
    ) -> None:
        """Queue a call; when this returns, ``jobs()`` shows it. A key still queued or running is left alone.

        The function is found by its module and name in the worker, and its result is discarded.
        People take turns: ``owner`` says whose job it is, and bears the limit of ``THAW_JOBS_PER_PERSON``;
        without a name there is no limit. Quick jobs pass long ones, a few at a time.
        Raises TypeError for a function that cannot be found that way, EngineError for one job too many.
        """
        self._ask(
            "thaw-submit",
            key=key,
            reference=reference_to(function),
            arguments=calls.packed(args),
            owner=owner,
            priority=str(priority),
        )

    def jobs(self) -> dict[str, JobState]:
        """By key: the running ones first, then the queued ones in the order in which they will run."""
        return _jobs(self._ask("thaw-jobs"))

    def queue(self) -> tuple[str, ...]:
        """Keys of the jobs that wait, in the order in which they will run if no others come."""
        return tuple(self._ask("thaw-queue"))

    def cancel(self, key: str) -> bool:
        """True when the job was queued and has now been removed.

        A running one is not touched: it stops itself through its run folder, or is killed.
        """
        return bool(self._ask("thaw-cancel", key=key))

    def kill(self, key: str) -> bool:
        """End a running job by force, with the process of its worker, also of one that hangs.

        No other job is harmed, and another worker takes its place. When this returns, ``jobs()`` does not
        show the job; the process is dead, or dying. False when the job does not run: a queued one is
        cancelled instead. Raises EngineError with the reason when the worker cannot be ended.
        """
        return bool(self._ask("thaw-kill", key=key)["killed"])

    def status(self) -> EngineStatus:
        answer = self._ask("thaw-status")
        return EngineStatus(
            address=self.address.url,
            pid=answer["pid"],
            started=answer["started"],
            workers=tuple(WorkerStatus(**worker) for worker in answer["workers"]),
            # An engine of an earlier version has none.
            errands=tuple(WorkerStatus(**errand) for errand in answer.get("errands", ())),
            jobs=_jobs(answer["jobs"]),
            queue=tuple(
                WaitingJob(job["job"], job["owner"], Priority(job["priority"])) for job in answer["queue"]
            ),
        )

    def close(self) -> None:
        """Close this handle's connections; the engine goes on. A later question connects again."""
        self._connection.close()

    @abc.abstractmethod
    def stop(self, timeout_s: float = 10) -> None:
        """End the engine and its workers, with whatever they do. No process is left. Twice is once."""

    @abc.abstractmethod
    def usable(self) -> bool:
        """Whether it takes jobs; asking postpones its end by idleness. False when another is to be started.

        Raises EngineError when it is there but cannot be used.
        """

    @abc.abstractmethod
    def _silence(self) -> str:
        """What is wrong when it does not answer."""

    def _note_silence(self) -> None:  # noqa: B027
        """It has not answered just now."""

    def _ask(self, question: str, **values: Any) -> Any:
        try:
            answer = self._connection.ask(question, **values)
        except OSError as error:
            self._note_silence()
            raise EngineError(self._silence()) from error
        if isinstance(answer, dict) and "refused" in answer:
            sentence = answer["refused"]
            raise EngineError(tr(sentence, **answer.get("values", {})))
        return answer


def _jobs(answer: dict[str, str]) -> dict[str, JobState]:
    return {key: JobState(state) for key, state in answer.items()}
