"""Where requests are worked off: so many inside at one time, so many threads, each request in turn."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from tlcore.api.limits import Limits
from tlcore.api.refused import Refused

_Given = TypeVar("_Given")
_Found = TypeVar("_Found")


class Desk:
    """To be used in one event loop, which it never blocks."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._pool = ThreadPoolExecutor(limits.threads, thread_name_prefix="predict")
        self.inside = 0
        """Requests that have a place."""

    @property
    def is_full(self) -> bool:
        return self.inside >= self._limits.requests

    @contextmanager
    def place(self) -> Iterator[None]:
        """Raises Refused when there is none: what waits is kept in memory, so not all may."""
        if self.is_full:
            raise Refused(503, "The server has too much to do. Try again in a moment.")
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1

    async def run(self, function: Callable[[_Given], _Found], given: _Given) -> _Found:
        """Call it in a thread, after what waits already."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, given)

    async def run_all(self, function: Callable[[_Given], _Found], given: Sequence[_Given]) -> list[_Found]:
        """Call it with each, a few at a time, so that a request of one picture passes one of many."""
        waiting = iter(enumerate(given))
        found: dict[int, _Found] = {}

        async def work() -> None:
            for number, one in waiting:
                found[number] = await self.run(function, one)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._limits.threads, len(given))):
                group.create_task(work())
        return [found[number] for number in range(len(given))]
