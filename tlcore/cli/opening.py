"""The command that opens the app. It imports nothing that the others need: the server is started at once."""

from typing import Annotated

import typer

import tlcore
from tlcore.cli import console, serve
from tlcore.cli.common import Home, told, workspace_of

app = typer.Typer(
    name="thaw",
    add_completion=False,
    no_args_is_help=False,
    rich_markup_mode=None,
    help="Train an image classifier by transfer learning. Without a command: open the app.",
)


@app.callback(invoke_without_command=True)
def _default(context: typer.Context, version: Annotated[bool, typer.Option("--version")] = False) -> None:
    if version:
        console.out.print(f"thaw {tlcore.__version__}", highlight=False)
    elif context.invoked_subcommand is None:
        open_app()


@app.command("app")
def open_app(
    port: Annotated[
        int | None, typer.Option(help="The port of the page. Default: 8501, or the next free one.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    home: Home = None,
) -> None:
    """Open the app in the browser."""
    with told():
        raise typer.Exit(serve.run(workspace_of(home), port=port, browser=browser))
