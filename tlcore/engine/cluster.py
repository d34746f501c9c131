"""An existing dask cluster as the engine: its workers see the workspace under the same path."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import tlcore
from tlcore.engine import security
from tlcore.engine.client import Engine
from tlcore.engine.connection import Connection
from tlcore.errors import EngineError


@dataclass(frozen=True)
class Cluster:
    url: str
    """``tls://HOST:PORT`` of its scheduler."""
    folder: Path
    """Where the certificate lies that it trusts."""

    @classmethod
    def from_environment(cls) -> Self | None:
        """``THAW_SCHEDULER`` and ``THAW_SCHEDULER_SECURITY``; None when none is named.

        Raises EngineError when they cannot be used.
        """
        url = os.environ.get("THAW_SCHEDULER", "").strip()
        if not url:
            return None
        if not url.startswith("tls://") or not url.rpartition(":")[2].isdecimal():
            raise EngineError(
                f"THAW_SCHEDULER is the address of a scheduler, as tls://10.0.0.5:8786. Received: {url!r}"
            )
        given = os.environ.get("THAW_SCHEDULER_SECURITY", "").strip()
        folder = Path(given).expanduser()
        missing = [name for name in security.FILES if not given or not (folder / name).is_file()]
        if missing:
            raise EngineError(
                "THAW_SCHEDULER_SECURITY is the folder that holds the key of the cluster "
                f"({' and '.join(security.FILES)}). Missing: {', '.join(missing)}"
            )
        return cls(url, folder.absolute())


class ClusterEngine(Engine):
    def __init__(self, cluster: Cluster) -> None:
        super().__init__(Connection(cluster.url, cluster.folder))
        self.address: Cluster = cluster

    def stop(self, timeout_s: float = 10) -> None:
        """Raises EngineError: others may work with it."""
        raise EngineError(
            f"The engine is the cluster at {self.address.url}, which Thaw has not started. "
            "End it where it was started."
        )

    def usable(self) -> bool:
        answer = self._ask("thaw-ping")
        if not isinstance(answer, dict):
            raise EngineError(
                f"The scheduler at {self.address.url} does not know Thaw. "
                "Start it with --preload tlcore.engine.preload"
            )
        if answer["version"] != tlcore.__version__:
            raise EngineError(
                f"The scheduler at {self.address.url} has Thaw {answer['version']}, this machine has "
                f"{tlcore.__version__}. Install the same on both."
            )
        return True

    def _silence(self) -> str:
        return (
            f"The scheduler at {self.address.url} does not answer. Look whether it runs, and whether "
            "THAW_SCHEDULER and THAW_SCHEDULER_SECURITY are right."
        )
