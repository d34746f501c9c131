"""Connections that are open and ask nothing are closed: a few hundred of them would shut out everybody."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


def protocol(patience_s: float) -> type[H11Protocol]:
    """uvicorn's, which itself gives up only those that were answered before (``timeout_keep_alive``)."""

    class Patient(H11Protocol):
        _look_again: asyncio.TimerHandle
        _was_idle = False

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._look_later()

        def connection_lost(self, exc: Exception | None) -> None:
            self._look_again.cancel()
            super().connection_lost(exc)

        def _look_later(self) -> None:
            self._look_again = self.loop.call_later(patience_s, self._look)

        def _look(self) -> None:
            # What has arrived of a request is none until its headers are whole.
            is_idle = self.cycle is None or self.cycle.response_complete
            if is_idle and (self._was_idle or self.cycle is None):
                self.transport.close()
                return
            self._was_idle = is_idle
            self._look_later()

    return Patient
