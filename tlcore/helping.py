"""Help with work that can be shared: a job calls for it, and whoever runs the job may send idle workers.

A job knows of no engine. Outside of one nobody hears the call, and the job does all of it alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

Dismissed = Callable[[], bool]
"""Asked by a helper again and again: whether it is to leave, as soon as it can."""


class Caller(Protocol):
    def call(self, function: Callable[..., object], arguments: tuple[object, ...]) -> None: ...

    def enough(self) -> None: ...


_caller: ContextVar[Caller | None] = ContextVar("helping_caller", default=None)


@contextmanager
def heard_by(caller: Caller) -> Iterator[None]:
    """Around a job: who passes its calls on."""
    token = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(token)


def call(function: Callable[..., object], *arguments: object) -> None:
    """Let idle workers run ``function(*arguments, dismissed)``: any number of them, at any time, or none.

    ``function`` is found by its module and name; it returns when nothing is left to do, or when
    ``dismissed()``. It may be killed at any moment. Returns at once.
    """
    if (caller := _caller.get()) is not None:
        caller.call(function, arguments)


def enough() -> None:
    """Send the helpers away, by force where they do not go: what one of them held is wanted back."""
    if (caller := _caller.get()) is not None:
        caller.enough()
