"""Talking to people and to machines: results on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column, Table

err = Console(stderr=True)
out = Console()

Tell = Callable[..., None]


def print_json(value: Any) -> None:
    """One line on stdout, whatever the terminal."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def whole(column: str) -> Column:
    """A column of a table whose cells are never cut, since people copy them into other commands."""
    return Column(column, no_wrap=True)


def print_table(columns: Sequence[str | Column], rows: Sequence[Sequence[Any]]) -> None:
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        # Names are a user's text: rich must not read markup in them.
        table.add_row(*(escape("–" if cell is None else str(cell)) for cell in row))
    out.print(table)


def complain(sentence: str) -> None:
    err.print(f"[bold red]Error:[/] {escape(sentence)}", soft_wrap=True, highlight=False)


def warn(sentence: str) -> None:
    err.print(f"[bold yellow]Warning:[/] {escape(sentence)}", soft_wrap=True, highlight=False)


@contextmanager
def progress_bar() -> Iterator[Tell]:
    """A bar on stderr; call what it yields with (what, share 0–1, note=...)."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=err, transient=not err.is_terminal) as bar:
        task = bar.add_task("", total=1.0, note="")

        def tell(what: str, share: float, note: str = "") -> None:
            bar.update(task, description=what, completed=share, note=escape(note))

        yield tell


def percent(value: float | None) -> str | None:
    return None if value is None else f"{value:.1%}"
