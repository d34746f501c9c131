"""Questions to an engine from any thread: one background loop, and connections that are used again."""

import asyncio
import functools
import logging
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from tlcore.engine import security

CONNECT_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 10.0


class Connection:
    """Open connections to one engine. Thread-safe."""

    def __init__(self, url: str, security_folder: Path) -> None:
        self._url = url
        self._security_folder = security_folder
        self._options: dict[str, Any] | None = None
        # Touched only by the background loop.
        self._spare: list[Any] = []

    def ask(self, question: str, **values: Any) -> Any:
        """The engine's answer. Raises OSError when it cannot be reached or does not answer in time."""
        _import_distributed()
        return _run(self._ask(question, values), ANSWER_TIMEOUT_S)

    def close(self) -> None:
        """Close what is open. A later question connects again."""
        if self._options is not None:
            _run(self._close(), ANSWER_TIMEOUT_S)

    async def _ask(self, question: str, values: dict[str, Any]) -> Any:
        from distributed.core import send_recv

        comm = self._spare.pop() if self._spare else await self._connect()
        try:
            answer = await send_recv(comm, op=question, **values)
        except BaseException:
            # The answer to this question must never be read as the answer to the next one.
            comm.abort()
            raise
        self._spare.append(comm)
        return answer

    async def _connect(self) -> Any:
        from distributed.comm import connect

        if self._options is None:
            self._options = security.load(self._security_folder).get_connection_args("client")
        return await connect(self._url, timeout=CONNECT_TIMEOUT_S, **self._options)

    async def _close(self) -> None:
        while self._spare:
            self._spare.pop().abort()


def _run(work: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
    task = asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, timeout_s), _loop())
    return task.result()


@functools.cache
def _import_distributed() -> None:
    """Import it without what it does to the logging of the process it comes into (a Streamlit server)."""
    import dask

    # Told nothing, it attaches handlers to its own logger and silences Tornado's, which is Streamlit's too.
    with dask.config.set({"logging": {"version": 1, "incremental": True}}):
        import distributed  # noqa: F401
    # What goes wrong here is raised as an EngineError; the engine itself writes engine.log.
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)


_loop_guard = threading.Lock()
_running_loop: asyncio.AbstractEventLoop | None = None


def _loop() -> asyncio.AbstractEventLoop:
    global _running_loop
    with _loop_guard:
        if _running_loop is None:
            # Windows' own default loop cannot watch sockets the way Tornado needs.
            _running_loop = asyncio.SelectorEventLoop()
            threading.Thread(target=_running_loop.run_forever, name="thaw-engine", daemon=True).start()
        return _running_loop
