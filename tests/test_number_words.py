"""Numbers as people read them: percentages in one way everywhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tlcore import numbers

FILES = sorted([*(ROOT / "tlcore").rglob("*.py"), *(ROOT / "pages").rglob("*.py")])


def strings(file: Path) -> Iterator[str]:
    """All text of a module; what is put into an f-string is a 0 here."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_percentage_has_a_space() -> None:
    spaced = re.compile(r"(?<!top-)\d %(?!\w)|[df] %%")
    found = [f"{file.name}: {text[:80]}" for file in FILES for text in strings(file) if spaced.search(text)]
    assert found == []


@pytest.mark.parametrize(
    ("share", "words"), [(0.15, "15%"), (0.125, "12.5%"), (0.0, "0%"), (1.0, "100%"), (0.4567, "45.7%")]
)
def test_a_share(share: float, words: str) -> None:
    assert numbers.share_words(share) == words


def test_a_range() -> None:
    assert numbers.range_words(0.646, 0.857) == "65–86%"
    assert numbers.range_words(0.0, 1.0) == "0–100%"
