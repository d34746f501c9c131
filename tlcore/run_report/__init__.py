"""A report of a run: one HTML file with everything in it, that opens without internet.

    quality, mistakes, pictures, making  ──> sections of markup  ──> page: frame, style, charts, policy

Nothing in it is loaded from elsewhere, and a content security policy holds that; whatever a user wrote is
escaped in ``markup``, the one place where HTML is written.
"""

from tlcore.run_report.document import html
from tlcore.runs import Run

__all__ = ["file_name", "html"]


def file_name(run: Run) -> str:
    return f"thaw-{run.id}-report.html"
