"""Texts that may hold anything, in Markdown, where they are shown as they are and mean nothing."""

import re
from collections.abc import Iterable, Sequence

# Marks of CommonMark and GitHub's dialect: of tables, math, mentions, and links that need no marks.
_MARKS = re.compile(r"[\\`*_\[\]<>|&#~$!@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
# At the beginning of a line these make a list, a heading or a rule.
_FIRST = re.compile(r"^(\d+(?=[.)](?:\s|$))|(?=[-+=]))")


def code(text: str) -> str:
    """As a code span, on one line."""
    line = " ".join(text.split())
    # It ends at a row of as many backticks as it begins with, so these are more than any row inside.
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    space = " " if "`" in line else ""
    return f"{fence}{space}{line}{space}{fence}"


def escaped(text: str) -> str:
    """As plain words, on one line."""
    line = _MARKS.sub(r"\\\g<0>", " ".join(text.split()))
    return _FIRST.sub(r"\1\\", line)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """``columns`` and cells are Markdown of one line already; a bar in them ends no cell."""
    lines = (columns, ("---",) * len(columns), *rows)
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    # Whatever stands before it: a table takes one backslash away before the cell is read.
    return text.replace("|", "\\|")
