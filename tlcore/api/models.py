"""Finished runs that are ready to judge; the last few stay open."""

import threading
from collections import OrderedDict

from tlcore import runs
from tlcore.errors import NotFound
from tlcore.predict import Predictor
from tlcore.runs import Run
from tlcore.workspace import Stamp, Workspace, stamp

KEPT = 4


class Models:
    """For any thread. ``only``: the id of the one run that is asked for; None: any, which has to be named."""

    def __init__(self, workspace: Workspace, only: str | None = None) -> None:
        self._workspace, self.only = workspace, only
        self._open: OrderedDict[tuple[str, Stamp | None], Predictor] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, id: str) -> tuple[Run, Predictor]:
        """``id``: empty for the only one, ``latest`` for the newest that has a model.

        Raises NotFound, RunError, WorkspaceError.
        """
        wanted = id or self.only or ""
        if wanted == "latest" and (newest := runs.newest_with_model(self._workspace)) is not None:
            wanted = newest.id
        if not wanted:
            raise NotFound("Say which run is to judge: /api/predict?run=ID. thaw runs lists them.")
        if self.only not in (None, wanted):
            raise NotFound(f"This server answers for run {self.only} alone. Leave run= out.")
        run = runs.load(self._workspace, wanted)
        # A run that was trained on has another graph, and is opened anew.
        key = (run.id, stamp(run.folder / "graph.json"))
        with self._lock:
            if key not in self._open:
                self._open[key] = Predictor(self._workspace, run, behind_others=False)
            self._open.move_to_end(key)
            while len(self._open) > KEPT:
                self._open.popitem(last=False)
            return run, self._open[key]
