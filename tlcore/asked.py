"""What a worker makes when it is asked for: how far it is, how it ended, and waiting for it.

Whoever asked may go away, so all of it lies in files beside the answer: ``<what>.progress.json`` and
``<what>.failed.json``, for a while.
"""

import contextlib
import logging
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tlcore import engine, held_jobs, short_jobs
from tlcore.engine import Priority
from tlcore.errors import ThawError, WorkspaceError
from tlcore.words import mark, tr
from tlcore.workspace import Workspace, read_json, write_json

log = logging.getLogger(__name__)

BROKEN_OFF = mark("The worker that was at it was ended, most likely because it ran out of memory. Try again.")
_TELL_EVERY_S = 0.5

Tell = Callable[[str, int, int], None]
"""Takes the stage, how much of it is done, and of how much."""


@dataclass(frozen=True)
class Stage:
    name: str
    done: int
    total: int


@dataclass(frozen=True)
class Standing:
    """Where something stands. With none of all this it was never asked for."""

    is_there: bool = False
    under_way: bool = False
    stage: Stage | None = None
    """None while the job waits for its turn."""
    failure: str | None = None


@dataclass(frozen=True)
class Question:
    """Something to be made by a job of the engine."""

    workspace: Workspace
    folder: Path
    what: str
    key: str
    """Of the job."""
    answered: Callable[[], bool]

    def start(
        self,
        function: Callable[..., object],
        *args: str,
        owner: str = "",
        priority: Priority = Priority.QUICK,
    ) -> None:
        """Have it made, unless it is being made. Raises WorkspaceError or EngineError."""
        self.workspace.check_writable()
        crew = engine.start_or_find(self.workspace)
        if self.key in crew.jobs():
            return
        self._forget()
        crew.submit(self.key, function, *args, owner=owner, priority=priority)

    def look(self, holds: Callable[[str], bool] | None = None) -> Standing:
        """Fast: for a page that looks again every second.

        ``holds``: whether the engine has a job of a key; for who asks it once for several questions.
        """
        if self.answered():
            return Standing(is_there=True)
        if (failure := self._failure()) is not None:
            return Standing(failure=failure)
        stage = self._stage()
        if holds(self.key) if holds else held_jobs.holds(self.workspace, self.key):
            return Standing(under_way=True, stage=stage)
        # It may have ended between the looks.
        if self.answered():
            return Standing(is_there=True)
        return Standing(failure=self._failure() or (tr(BROKEN_OFF) if stage is not None else None))

    def wait(
        self, function: Callable[..., object], *args: str, tell: Callable[[Stage | None], None]
    ) -> str | None:
        """Have it made if need be, and wait; why it could not be made, or None. Raises EngineError."""

        def ended() -> bool:
            tell(self._stage())
            return self.answered() or self._failure() is not None

        if self.answered():
            return None
        self.workspace.check_writable()
        crew = engine.start_or_find(self.workspace)
        self._forget()
        short_jobs.run(crew, self.key, function, *args, ended=ended, wait_s=math.inf)
        return None if self.answered() else self._failure() or tr(BROKEN_OFF)

    def answer(self, make: Callable[[Tell], None]) -> None:
        """In the job. However the making ends is written; nothing is raised."""
        try:
            make(_Teller(self))
            self._forget()
        except ThawError as error:
            self._fail(str(error))
        except Exception as error:
            log.exception("%s failed", self.key)
            self._fail(
                tr(
                    "It failed unexpectedly ({error}). The log of the engine says more.",
                    error=type(error).__name__,
                )
            )
        finally:
            clear_up()

    def tell(self, stage: str, done: int, total: int) -> None:
        write_json(self._file("progress"), {"stage": stage, "done": done, "total": total})

    def _fail(self, message: str) -> None:
        write_json(self._file("failed"), {"message": message})

    def _stage(self) -> Stage | None:
        with contextlib.suppress(WorkspaceError, KeyError, TypeError):
            told = read_json(self._file("progress"))
            return Stage(str(told["stage"]), int(told["done"]), int(told["total"]))
        return None

    def _failure(self) -> str | None:
        with contextlib.suppress(WorkspaceError, KeyError, TypeError):
            return str(read_json(self._file("failed"))["message"])
        return None

    def _forget(self) -> None:
        for what in ("progress", "failed"):
            self._file(what).unlink(missing_ok=True)

    def _file(self, kind: str) -> Path:
        return self.folder / f"{self.what}.{kind}.json"


def clear_up() -> None:
    """Give back the memory of a network, if there was one: at the end of a job, when nobody waits."""
    if "keras" in sys.modules:
        import keras

        keras.utils.clear_session()


class _Teller:
    """Writes how far it is, at most twice a second."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.told_s, self.stage = -math.inf, ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        now_s = time.monotonic()
        if stage != self.stage or now_s - self.told_s >= _TELL_EVERY_S:
            self.told_s, self.stage = now_s, stage
            self.question.tell(stage, done, total)
