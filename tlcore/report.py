"""What an intake says of the pictures it left out or changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tlcore.archives import clean_text
from tlcore.manifest import LeftOut
from tlcore.words import tr

__all__ = ["MAX_LISTED", "Report", "counted", "quoted"]

# More names than this in one note are not read.
MAX_LISTED = 20
_FEW = 5


@dataclass
class Report:
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def leave_out(self, name: str, reason: str) -> None:
        self.left_out.append(LeftOut(clean_text(name), reason))


def counted(n: int, noun: str) -> str:
    """``1 row``, ``2,000 rows``."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def quoted(names: Iterable[str]) -> str:
    """The first few of some names from outside, fit for a sentence."""
    every = list(names)
    few = ", ".join(f"'{clean_text(name)[:100]}'" for name in every[:_FEW])
    more = len(every) - _FEW
    return tr("{names} and {more:,} more", names=few, more=more) if more > 0 else few
