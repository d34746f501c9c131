"""Names from outside, of classes and of layers, stay texts in a program and its notebook."""

import ast
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.program.designs import CLASSES, SMALL, plan_of, ruff
from tlcore import program
from tlcore.program.layout import literal

NASTY = (
    'a"b',
    "a'b",
    "\"'",
    "{0} {CLASSES} %s",
    "line\nbreak\r\u2028",
    '"""\nimport os',
    "back\\slash\\",
    "鳥 🐦",
    "\u202eabc",
    "\x00\x7f",
    "# no comment",
)


def test_class_names_stay_texts(tmp_path: Path) -> None:
    plan = plan_of({}, len(NASTY))
    text = program.source(plan, NASTY)
    tree = ast.parse(text)
    (node,) = [node for node in tree.body if ast.unparse(node).startswith("CLASSES = ")]
    assert isinstance(node, ast.Assign)
    assert ast.literal_eval(node.value) == list(NASTY)
    # The rest of it is as with other names.
    other = ast.parse(program.source(plan, [str(i) for i in range(len(NASTY))]))
    assert [ast.dump(a) for a in tree.body if a is not node] == [
        ast.dump(b) for b in other.body if not ast.unparse(b).startswith("CLASSES = ")
    ]
    (tmp_path / "nasty.py").write_text(text, encoding="utf-8")
    assert ruff(tmp_path, "format", "--diff") == ""
    settings = "".join(cells(program.notebook(plan, NASTY))[1]["source"])
    assert ast.unparse(node) in [ast.unparse(other) for other in ast.parse(settings).body]


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "![](http://127.0.0.1:9/x.png)", "**b**"])
def test_names_of_layers_stay_in_the_code(name: str) -> None:
    """Those of a brought model are anybody's text; in a notebook, headings and texts are Markdown."""
    plan = plan_of({"phases": [{"freeze": 3}, {"freeze": -2}], "backbone": SMALL})
    layers = tuple(replace(layer, name=f"{name}{i}") for i, layer in enumerate(plan.layers))
    texts = [c for c in cells(program.notebook(replace(plan, layers=layers), CLASSES)) if is_text(c)]
    assert name not in "".join("".join(cell["source"]) for cell in texts)
    assert f"The first 3 layers of the network are frozen, the last {len(layers) - 3} are trained." in (
        "".join(texts[5]["source"])
    )


@pytest.mark.parametrize("text", NASTY)
def test_a_literal_is_what_it_says_on_one_line(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text
    assert len(literal(text).splitlines()) == 1
    assert literal(text).isprintable()


def is_text(cell: dict[str, Any]) -> bool:
    return bool(cell["cell_type"] == "markdown")


def cells(content: bytes) -> list[dict[str, Any]]:
    found = json.loads(content)["cells"]
    assert isinstance(found, list)
    return found
