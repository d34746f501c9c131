"""The workers of one machine: as many nannies as are wanted, each with a worker that it replaces."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from distributed import Nanny, Status

log = logging.getLogger(__name__)

_LOOK_S = 1.0
_OVER = (Status.closing, Status.closed, Status.failed)


class Crew:
    def __init__(self, hire: Callable[[], Awaitable[Nanny]], size: int) -> None:
        """``hire``: starts a nanny with its worker."""
        self._hire = hire
        self._size = size
        self._nannies: list[Any] = []

    async def start(self) -> None:
        self._nannies = list(await asyncio.gather(*(self._hire() for _ in range(self._size))))

    async def keep_complete(self) -> None:
        """For ever. A nanny replaces its worker; one that cannot closes itself, and is replaced here."""
        while True:
            self._nannies = [nanny for nanny in self._nannies if nanny.status not in _OVER]
            if len(self._nannies) < self._size:
                try:
                    self._nannies.append(await self._hire())
                except Exception:
                    log.exception("A worker could not be replaced; it is tried again.")
            await asyncio.sleep(_LOOK_S)

    async def close(self) -> None:
        await asyncio.gather(*(nanny.close(timeout=0.5) for nanny in self._nannies))
