"""The label doctor: each picture judged by heads that never saw it, and what is decided about the doubtful.

    look(...) ── start(...) ──> job in the engine's worker ──> doctor/<dataset>-<network>.json ──> read(...)

Decisions are kept beside it as they are made, and become the next version of the dataset all at once.
Importing this is light; only the job computes.
"""

from tlcore.doctor.asking import is_other, is_under_way, look, read, start, wait
from tlcore.doctor.changing import make_version
from tlcore.doctor.decisions import Action, Decision, decide, decided, known_right
from tlcore.doctor.job import make
from tlcore.doctor.report import Report, Suspect, why
from tlcore.doctor.store import remove

__all__ = [
    "Action",
    "Decision",
    "Report",
    "Suspect",
    "decide",
    "decided",
    "is_other",
    "is_under_way",
    "known_right",
    "look",
    "make",
    "make_version",
    "read",
    "remove",
    "start",
    "wait",
    "why",
]
