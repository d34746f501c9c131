"""``thaw engine``: look at the background process that trains, and end it."""

from dataclasses import asdict

import typer

from tlcore import engine
from tlcore.cli import console
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.engine import EngineStatus

# A worker that has given no sign of life for so long is said to be silent.
_SILENT_S = 30.0

app = typer.Typer(help="The background process that trains.", no_args_is_help=True)


@app.command("status")
def engine_status(home: Home = None, as_json: AsJson = False) -> None:
    """Whether the engine runs, what its workers do, and who waits in which order."""
    with told(as_json):
        crew = engine.find(workspace_of(home))
        status = crew.status() if crew else None
    if as_json:
        console.print_json({"running": status is not None, "engine": asdict(status) if status else None})
    elif status is None:
        console.out.print("The engine is not running; it starts when something is trained.")
    else:
        _print(status)


@app.command("stop")
def engine_stop(home: Home = None) -> None:
    """End the engine and its workers. A training under way is interrupted."""
    with told():
        crew = engine.find(workspace_of(home))
        if crew:
            crew.stop()
    console.err.print("The engine is stopped." if crew else "The engine was not running.")


def _print(status: EngineStatus) -> None:
    console.out.print(
        f"The engine runs at {status.address} as process {status.pid}.", highlight=False, soft_wrap=True
    )
    if status.workers:
        rows = [
            (worker.pid, f"{worker.memory_bytes / 1e6:.0f} MB", _doing(worker)) for worker in status.workers
        ]
        console.print_table(["worker", "memory", console.whole("doing")], rows)
    else:
        console.out.print("No worker is there; jobs wait until one comes.")
    if status.errands:
        rows = [(one.pid, f"{one.memory_bytes / 1e6:.0f} MB", _doing(one)) for one in status.errands]
        console.print_table(["light job's process", "memory", console.whole("doing")], rows)
    if status.queue:
        waiting = [
            (place, job.job, job.owner or None, job.priority)
            for place, job in enumerate(status.queue, start=1)
        ]
        console.print_table(["place", console.whole("waiting job"), "owner", "priority"], waiting)
    else:
        console.out.print("Nothing waits.")


def _doing(worker: engine.WorkerStatus) -> str:
    what = worker.job or (f"helps {worker.helps}" if worker.helps else "nothing")
    return what if worker.silent_s < _SILENT_S else f"{what} (silent for {worker.silent_s:.0f} s)"
