"""``thaw log``: a run's story for TensorBoard or MLflow, written by their own libraries."""

from pathlib import Path
from typing import Annotated

import typer

from tlcore import loggers
from tlcore.cli import console
from tlcore.cli.chosen_run import find_run
from tlcore.cli.common import AsJson, Home, told, workspace_of


def log(
    run: Annotated[str, typer.Argument(help="The id of a run, or latest.")],
    to: Annotated[str, typer.Option("--to", metavar="TOOL", help=f"{' or '.join(loggers.LOGGERS)}.")],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where other logs may lie already.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write the logs of a run: its figures at their times, its recipe, its confusion matrix."""
    with told(as_json):
        workspace = workspace_of(home)
        found = find_run(workspace, run)
        loggers.write(workspace, found, to, out)
    if as_json:
        console.print_json({"run": found.id, "to": to, "folder": str(out)})
        return
    console.out.print(str(out), soft_wrap=True, highlight=False, markup=False)
    console.err.print(f"To look at it, in that folder: {loggers.get(to).use}", highlight=False, markup=False)
