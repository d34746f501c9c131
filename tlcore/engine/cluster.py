"""An existing dask cluster as the engine: its workers see the workspace under the same path."""

import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import tlcore
from tlcore.engine import security
from tlcore.engine.client import Engine
from tlcore.engine.connection import Connection
from tlcore.errors import EngineError
from tlcore.words import tr

SILENT_S = 10.0
"""A cluster that cannot be reached is not asked again for so long: each question would cost seconds, and a
page asks several."""


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
                tr(
                    "THAW_SCHEDULER is the address of a scheduler, as tls://10.0.0.5:8786. Received: {url!r}",
                    url=url,
                )
            )
        given = os.environ.get("THAW_SCHEDULER_SECURITY", "").strip()
        folder = Path(given).expanduser()
        missing = [name for name in security.FILES if not given or not (folder / name).is_file()]
        if missing:
            raise EngineError(
                tr(
                    "THAW_SCHEDULER_SECURITY is the folder that holds the key of the cluster ({files}). "
                    "Missing: {missing}",
                    files=tr(" and ").join(security.FILES),
                    missing=", ".join(missing),
                )
            )
        return cls(url, folder.absolute())


class ClusterEngine(Engine):
    def __init__(self, cluster: Cluster) -> None:
        super().__init__(Connection(cluster.url, cluster.folder))
        self.address: Cluster = cluster
        self._silent_until_s = -math.inf

    def stop(self, timeout_s: float = 10) -> None:
        """Raises EngineError: others may work with it."""
        raise EngineError(
            tr(
                "The engine is the cluster at {url}, which Thaw has not started. End it where it was "
                "started.",
                url=self.address.url,
            )
        )

    def usable(self) -> bool:
        answer = self._ask("thaw-ping")
        if not isinstance(answer, dict):
            raise EngineError(
                tr(
                    "The scheduler at {url} does not know Thaw. Start it with "
                    "--preload tlcore.engine.preload",
                    url=self.address.url,
                )
            )
        if answer["version"] != tlcore.__version__:
            raise EngineError(
                tr(
                    "The scheduler at {url} has Thaw {theirs}, this machine has {ours}. Install the same "
                    "on both.",
                    url=self.address.url,
                    theirs=answer["version"],
                    ours=tlcore.__version__,
                )
            )
        return True

    def _ask(self, question: str, **values: Any) -> Any:
        if time.monotonic() < self._silent_until_s:
            raise EngineError(self._silence())
        return super()._ask(question, **values)

    def _note_silence(self) -> None:
        self._silent_until_s = time.monotonic() + SILENT_S

    def _silence(self) -> str:
        return tr(
            "The scheduler at {url} does not answer; it is asked again in {seconds:g} seconds. Look "
            "whether it runs, and whether THAW_SCHEDULER and THAW_SCHEDULER_SECURITY are right.",
            url=self.address.url,
            seconds=SILENT_S,
        )
