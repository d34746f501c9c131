"""Whatever a text holds, in Markdown it is those characters and nothing else."""

import pytest
from markdown_it import MarkdownIt

from tlcore import markdown

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "![](http://127.0.0.1:9/x.png)",
    "[a](javascript:alert(1))",
    "**b** _i_ ~~s~~ `c` $x$",
    "1. a",
    "- a",
    "+ a",
    "=== ",
    "# a",
    "> a",
    "a | b",
    "a \\| b",
    "back\\slash \\",
    "``` a ``b`",
    "&lt;b&gt;",
    "two\n\n# lines",
    "@somebody #1 www.example.org",
    "0.001",
)
PLAIN = {"text", "paragraph_open", "paragraph_close", "inline", "code_inline"}


def read(text: str) -> tuple[set[str], str]:
    """The kinds of tokens of a text, and what a reader sees of it."""
    blocks = MarkdownIt().enable(["table", "strikethrough"]).parse(text)
    inner = [child for block in blocks for child in block.children or []]
    return {token.type for token in [*blocks, *inner]}, "".join(child.content for child in inner)


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    kinds, seen = read(markdown.escaped(text))
    assert kinds - {"text_special"} <= PLAIN
    assert seen == " ".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_code_is_shown_as_it_is(text: str) -> None:
    kinds, seen = read(markdown.code(text))
    assert kinds == {"paragraph_open", "inline", "code_inline", "paragraph_close"}
    assert seen.strip() == " ".join(text.split())


def test_a_number_needs_no_escape() -> None:
    assert markdown.escaped("0.001, 75.4% of 57 (80 %)") == "0.001, 75.4% of 57 (80 %)"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_holds_anything(text: str) -> None:
    table = markdown.table(("Name", "Count"), [(markdown.code(text), "1"), (markdown.escaped(text), "2")])
    kinds, seen = read(table)
    assert {"table_open", "td_open"} <= kinds
    assert not kinds & {"image", "html_inline", "html_block", "link_open", "strong_open", "em_open", "s_open"}
    rows = [block for block in MarkdownIt().enable("table").parse(table) if block.type == "tr_open"]
    cells = [block for block in MarkdownIt().enable("table").parse(table) if block.type == "td_open"]
    assert (len(rows), len(cells)) == (3, 4)
