"""The program as a Jupyter notebook, format 4 (nbformat.readthedocs.io), written without its package."""

import json
from collections.abc import Sequence
from typing import Any

from tlcore.program.section import Section


def dump(title: str, text: str, settings: str, sections: Sequence[Section]) -> bytes:
    """A heading, a cell of imports and settings, then a heading and a cell of code for each section."""
    cells = [_cell("markdown", f"# {title}\n\n{text}"), _cell("code", settings)]
    for section in sections:
        cells.append(_cell("markdown", f"## {section.title}\n\n{section.text}".strip()))
        cells.append(_cell("code", section.code))
    document = {
        "cells": [cell | {"id": f"cell-{number}"} for number, cell in enumerate(cells, start=1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _cell(kind: str, source: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell
