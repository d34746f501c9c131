"""The README and the longer documents: their links lead somewhere, their recipes and programs are some."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tlcore.config import Recipe

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "tlcore" / "docs").glob("*.md"))]
LESSON, PROJECT, WORKS, EXTEND = (
    ROOT / "tlcore" / "docs" / f"{name}.md" for name in ("lesson", "first-project", "how-it-works", "extend")
)
_LINK = re.compile(r"\]\(([^)\s]+)\)")

each = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def prose(document: Path) -> str:
    """Without blocks of code, in which brackets mean other things."""
    return re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def blocks(document: Path, language: str) -> list[str]:
    text = document.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def anchors(document: Path) -> set[str]:
    """As GitHub names its headings."""
    titles = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def test_the_documents_are_these() -> None:
    assert set(DOCUMENTS[1:]) == {LESSON, PROJECT, WORKS, EXTEND}
    linked = set(_LINK.findall(prose(ROOT / "README.md")))
    assert {path.relative_to(ROOT).as_posix() for path in DOCUMENTS[1:]} <= linked


@each
def test_every_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    for link in _LINK.findall(prose(document)):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (document.parent / file).resolve() if file else document
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@each
def test_every_file_that_is_named_is_there(document: Path) -> None:
    """Of the repository, with its folder."""
    for name in re.findall(r"`((?:tlcore|pages|tests|bench)/[\w./-]+)`", prose(document)):
        assert (ROOT / name).exists() or name in _MADE_BY_THE_EXAMPLES, name


# Of the examples for contributors: a page that is not here.
_MADE_BY_THE_EXAMPLES = {"pages/understand/sizes.py"}


@each
def test_every_recipe_is_one(document: Path) -> None:
    found = [Recipe.parse(yaml.safe_load(text)) for text in blocks(document, "yaml")]
    assert bool(found) == (document in (DOCUMENTS[0], PROJECT))


@each
def test_every_program_can_be_read(document: Path) -> None:
    for text in blocks(document, "python"):
        ast.parse(text)


def test_what_is_said_of_the_pages_is_on_them() -> None:
    """Every label in bold of the lesson, which is followed click by click, stands in the sources."""
    sources = (
        "\n".join(
            path.read_text(encoding="utf-8")
            for folder in ("pages", "tlcore")
            for path in sorted((ROOT / folder).rglob("*"))
            if path.suffix in (".py", ".html", ".js")
        )
        .replace('\\"', '"')
        .replace("\\'", "'")
    )
    labels = set(re.findall(r"\*\*(.+?)\*\*", " ".join(prose(LESSON).split()))) - _NO_LABELS
    assert len(labels) > 30
    # Where a name or a number is put in, what stands before it counts.
    assert [label for label in sorted(labels) if _said(label) not in sources] == []


_NO_LABELS = {
    "Goal.",
    "One computer and a projector",
    "A computer for each group",
    "One strong computer for all",
    "A giveaway",
    "Too few",
    "Wrong labels",
}


def _said(label: str) -> str:
    first = re.split(r" (?:…|\d)", label)[0] if not label.startswith("…") else label
    return first.strip()
