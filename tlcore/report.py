"""What an intake says of the pictures it left out or changed."""

from dataclasses import dataclass, field

from tlcore.archives import clean_text
from tlcore.manifest import LeftOut

__all__ = ["MAX_LISTED", "Report"]

# More names than this in one note are not read.
MAX_LISTED = 20


@dataclass
class Report:
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def leave_out(self, name: str, reason: str) -> None:
        self.left_out.append(LeftOut(clean_text(name), reason))
