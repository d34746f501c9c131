"""``thaw engine``: look at the background process that trains, and end it."""

from dataclasses import asdict

import typer

from tlcore import engine
from tlcore.cli import console
from tlcore.cli.common import AsJson, Home, told, workspace_of

app = typer.Typer(help="The background process that trains.", no_args_is_help=True)


@app.command("status")
def engine_status(home: Home = None, as_json: AsJson = False) -> None:
    """Whether the engine runs, and what it works on."""
    with told(as_json):
        crew = engine.find(workspace_of(home))
        status = asdict(crew.status()) if crew else None
    if as_json:
        console.print_json({"running": status is not None, "engine": status})
    elif status is None:
        console.out.print("The engine is not running; it starts when something is trained.")
    else:
        console.out.print(
            f"The engine runs as process {status['pid']}, {len(status['jobs'])} jobs.", highlight=False
        )
        console.print_table(["job", "state"], list(status["jobs"].items()))


@app.command("stop")
def engine_stop(home: Home = None) -> None:
    """End the engine and its workers. A training under way is interrupted."""
    with told():
        crew = engine.find(workspace_of(home))
        if crew:
            crew.stop()
    console.err.print("The engine is stopped." if crew else "The engine was not running.")
