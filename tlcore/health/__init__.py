"""The health of a dataset: what in it will hurt a training, with the pictures and what to do about it.

    look(workspace, id) ── start(workspace, dataset) ──> job in the engine's worker ──> health/<id>.json

Importing this is light; only the job builds a network.
"""

from tlcore.health.asking import Asked, is_under_way, look, start, wait
from tlcore.health.cutting import cut_borders
from tlcore.health.findings import SIMILAR, Finding, Kind, Report, across, groups, to_json
from tlcore.health.job import make
from tlcore.health.store import Stage, keep, kept_keys, remove

__all__ = [
    "SIMILAR",
    "Asked",
    "Finding",
    "Kind",
    "Report",
    "Stage",
    "across",
    "cut_borders",
    "groups",
    "is_under_way",
    "keep",
    "kept_keys",
    "look",
    "make",
    "remove",
    "start",
    "to_json",
    "wait",
]
