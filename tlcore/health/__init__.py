"""The health of a dataset: what in it will hurt a training, with the pictures and what to do about it.

    look(...) ── start(workspace, dataset) ──> job in the engine's worker ──> health/<id>.json ──> read(...)

Importing this is light; only the job builds a network.
"""

from tlcore.health.asking import is_under_way, look, read, start, wait
from tlcore.health.cutting import cut_borders
from tlcore.health.findings import SIMILAR, Finding, Kind, Report, across, groups, to_json
from tlcore.health.job import make
from tlcore.health.store import keep, kept_keys, remove

__all__ = [
    "SIMILAR",
    "Finding",
    "Kind",
    "Report",
    "across",
    "cut_borders",
    "groups",
    "is_under_way",
    "keep",
    "kept_keys",
    "look",
    "make",
    "read",
    "remove",
    "start",
    "to_json",
    "wait",
]
