"""Thaw's own engine: on this machine, for one workspace, started when it is needed."""

import time
from typing import Any

import psutil

import tlcore
from tlcore.engine import launch
from tlcore.engine.address import Address, runs
from tlcore.engine.client import Engine
from tlcore.engine.connection import Connection
from tlcore.errors import EngineError
from tlcore.words import mark, tr
from tlcore.workspace import Workspace

GONE = mark("The training engine has ended. Start it again; what was saved is unharmed.")


class OwnEngine(Engine):
    def __init__(self, workspace: Workspace, address: Address) -> None:
        super().__init__(Connection(address.url, workspace.engine))
        self.address: Address = address
        self._workspace = workspace

    def stop(self, timeout_s: float = 10) -> None:
        if self.address.alive(self._workspace):
            family = launch.family(self.address.process())
            # Nicely first: it takes its own workers down. A hung one is killed with all it started.
            self._ask_to_stop()
            self._wait_until_gone(family, timeout_s)
            launch.kill(family)
            if self.address.alive(self._workspace):
                raise EngineError(
                    tr("The training engine (process {pid}) cannot be ended.", pid=self.address.pid)
                )
        self.address.forget(self._workspace)
        self.close()

    def usable(self) -> bool:
        if not self._answers():
            return False
        if self.address.version != tlcore.__version__ and not self.jobs():
            # An upgrade: the engine still runs the code of before.
            self.stop()
            return False
        return True

    def _answers(self) -> bool:
        """False for one that is ending."""
        try:
            answer = self._ask("thaw-ping")
        except EngineError:
            if self.address.alive(self._workspace) and Address.read(self._workspace) == self.address:
                raise
            return False
        # An engine of an earlier version says only yes or no.
        return bool(answer["ready"] if isinstance(answer, dict) else answer)

    def _ask_to_stop(self) -> None:
        try:
            self._connection.ask("thaw-stop")
        except OSError:
            # Hung or already ending: it is killed after its time.
            return

    def _wait_until_gone(self, family: list[psutil.Process], timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if not self.address.alive(self._workspace) and not any(map(runs, family)):
                return
            time.sleep(0.02)

    def _ask(self, question: str, **values: Any) -> Any:
        if not self.address.alive(self._workspace):
            raise EngineError(tr(GONE))
        return super()._ask(question, **values)

    def _silence(self) -> str:
        if not self.address.alive(self._workspace) or Address.read(self._workspace) != self.address:
            return tr(GONE)
        return tr(
            "The training engine (process {pid}) does not answer. Wait a moment, or stop it.",
            pid=self.address.pid,
        )
