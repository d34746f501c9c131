"""``thaw report`` and ``thaw card``: a run as a file to read, to keep and to hand on."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tlcore import model_card, run_report, user_files
from tlcore.cli import console
from tlcore.cli.chosen_run import find_run
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.runs import Run
from tlcore.workspace import Workspace

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The id of a run, or latest.")]


def report(
    run: RunId,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.html", help="The file to write.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write all that is known of a run as one HTML file with its pictures, which opens without internet."""
    _write(run, out, home, as_json, run_report.file_name, run_report.html)


def card(
    run: RunId,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.md", help="The file to write.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a run's model card: intended use, data, figures, limits, the licence of the weights."""
    _write(run, out, home, as_json, model_card.file_name, model_card.text)


def _write(
    id: str,
    out: Path | None,
    home: Path | None,
    as_json: bool,
    name: Callable[[Run], str],
    text: Callable[[Workspace, Run], str],
) -> None:
    with told(as_json):
        workspace = workspace_of(home)
        run = find_run(workspace, id)
        file = out or Path(name(run))
        content = text(workspace, run).encode()
        user_files.write(file, content)
    if as_json:
        console.print_json({"run": run.id, "file": str(file), "bytes": len(content)})
    else:
        console.out.print(str(file), soft_wrap=True, highlight=False, markup=False)
