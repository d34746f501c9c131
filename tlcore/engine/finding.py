"""The engine of a workspace: found, or started if need be. One handle for the whole process."""

import threading
from pathlib import Path

import filelock

from tlcore.engine import launch
from tlcore.engine.address import Address, make_folder, start_lock
from tlcore.engine.client import Engine
from tlcore.engine.cluster import Cluster, ClusterEngine
from tlcore.engine.own import GONE, OwnEngine
from tlcore.errors import EngineError
from tlcore.words import tr
from tlcore.workspace import Workspace

_handles: dict[Path, Engine] = {}
_handles_guard = threading.Lock()


def find(workspace: Workspace) -> Engine | None:
    """The engine of a workspace: the cluster that is set, the living one, or None.

    Never starts one, and asks it nothing. Raises EngineError for a setting that cannot be.
    """
    address = Cluster.from_environment() or Address.read(workspace)
    if address is None or (isinstance(address, Address) and not address.alive(workspace)):
        return None
    with _handles_guard:
        engine = _handles.get(workspace.home)
        if engine is None or engine.address != address:
            engine = OwnEngine(workspace, address) if isinstance(address, Address) else ClusterEngine(address)
            _handles[workspace.home] = engine
        return engine


def start_or_find(workspace: Workspace, *, timeout_s: float = 60) -> Engine:
    """The living engine of a workspace, started if need be: any number of callers get the same one.

    Raises EngineError with the reason when it cannot be started or does not answer. A cluster is never
    started.
    """
    if (engine := _find_usable(workspace)) is not None:
        return engine
    try:
        make_folder(workspace)
        with start_lock(workspace).acquire(timeout=timeout_s):
            # Another may have started it while this one waited.
            if (engine := _find_usable(workspace)) is not None:
                return engine
            launch.launch(workspace, timeout_s)
            engine = find(workspace)
    except filelock.Timeout as error:
        raise EngineError(
            tr("Another program has been starting the training engine for too long.")
        ) from error
    except OSError as error:
        raise EngineError(
            tr("The training engine's folder cannot be written ({strerror}).", strerror=error.strerror)
        ) from error
    if engine is None:
        raise EngineError(tr(GONE))
    return engine


def _find_usable(workspace: Workspace) -> Engine | None:
    engine = find(workspace)
    return engine if engine is not None and engine.usable() else None
