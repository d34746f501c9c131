"""``thaw resume``: go on with a run that did not end, or train a finished one for longer."""

from typing import Annotated

import typer

from tlcore import runs
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.cli.train import resume_and_wait, tell_report


def resume(
    run: Annotated[str, typer.Argument(help="The id of a run that was stopped, interrupted or failed.")],
    more_epochs: Annotated[
        int, typer.Option(min=0, help="For a run that is done: train it for so many epochs more.")
    ] = 0,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Go on with a run from its last checkpoint. Exit status 0 only when the run is done."""
    with told(as_json):
        workspace = workspace_of(home)
        report = resume_and_wait(workspace, runs.load(workspace, run), more_epochs)
    tell_report(report, as_json)
