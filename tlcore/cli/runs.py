"""``thaw runs``: the list of runs, and what can be done with one beside training and predicting."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from tlcore import about, jobs, overview, run_files, run_import, runs, trash
from tlcore.cli import console
from tlcore.cli.chosen_run import figures, find_run
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.errors import EngineError
from tlcore.numbers import bytes_words
from tlcore.overview import Line
from tlcore.trash import Deleted
from tlcore.workspace import Workspace

app = typer.Typer(help="List the runs; rename, note, pin, delete, export or import one.")

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The id of a run, or latest.")]


@app.callback(invoke_without_command=True)
def list_runs(
    context: typer.Context,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those that can be had back.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the runs, the newest first."""
    # Of the commands below; it may be said before their word and after it.
    context.obj = (home, as_json)
    if context.invoked_subcommand is not None:
        return
    with told(as_json):
        workspace = workspace_of(home)
        if deleted:
            _list_deleted(trash.list_all(workspace), as_json)
            return
        lines = overview.lines(workspace)
        damaged = runs.list_damaged(workspace)
    rows = [_row(line) for line in lines]
    for one in damaged:
        console.warn(f"{one.sentence} It can be deleted: thaw runs delete {one.id}")
    if as_json:
        console.print_json(rows)
        return
    console.print_table(
        [console.whole("run"), "name", "status", "dataset", "validation", "size", "recipe"],
        [
            [
                row["run"],
                f"{row['name']} (pinned)" if row["pinned"] else row["name"],
                row["status"],
                row["dataset_name"],
                _judged(row),
                bytes_words(row["bytes"]),
                row["recipe"],
            ]
            for row in rows
        ],
    )


def _row(line: Line) -> dict[str, Any]:
    run, progress = line.run, line.progress
    return {
        "run": run.id,
        "name": run.name,
        "status": progress.status.value,
        "dataset": run.dataset_id,
        "dataset_name": run.dataset_name,
        "recipe": run.recipe.summary(),
        "created": run.created,
        "epochs": len(progress.epochs),
        **figures(run, progress, line.shares),
        "seconds": line.seconds,
        "bytes": line.size_bytes,
        "note": run.note,
        "pinned": run.pinned,
    }


def _judged(row: dict[str, Any]) -> str | None:
    share = console.percent(row["validation"])
    return share and f"{share} {row['measure'].lower()}"


def _list_deleted(found: list[Deleted], as_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {
            "run": one.id,
            "name": one.name,
            "deleted": datetime.fromtimestamp(one.deleted_s, UTC).isoformat(timespec="seconds"),
            "bytes": one.size_bytes,
        }
        for one in found
    ]
    if as_json:
        console.print_json(rows)
        return
    table = [[row["run"], row["name"], row["deleted"][:16], bytes_words(row["bytes"])] for row in rows]
    console.print_table([console.whole("run"), "name", "deleted", "size"], table)


def _workspace(context: typer.Context, home: Path | None) -> Workspace:
    return workspace_of(home or context.obj[0])


@app.command("stop")
def stop(context: typer.Context, run: RunId, home: Home = None) -> None:
    """End a training that waits or goes on, whoever started it; what it has learned is kept."""
    with told():
        workspace = _workspace(context, home)
        jobs.stop(workspace, find_run(workspace, run))


@app.command("recipe")
def recipe(context: typer.Context, run: RunId, home: Home = None) -> None:
    """Print a run's recipe, to be trained again: thaw train DATASET --recipe FILE."""
    with told():
        found = find_run(_workspace(context, home), run)
        told_recipe = runs.extended(found.recipe, found.events())
    console.out.print(told_recipe.to_yaml(), end="", soft_wrap=True, highlight=False, markup=False)


@app.command("rename")
def rename(
    context: typer.Context,
    run: RunId,
    name: Annotated[str, typer.Argument(help="Its new name.")],
    home: Home = None,
) -> None:
    """Give a run another name."""
    with told():
        about.rename(find_run(_workspace(context, home), run).folder, name)


@app.command("note")
def note(
    context: typer.Context,
    run: RunId,
    text: Annotated[str, typer.Argument(help="What to remember of it; nothing takes the note away.")] = "",
    home: Home = None,
) -> None:
    """Write a note on a run."""
    with told():
        about.set_note(find_run(_workspace(context, home), run).folder, text)


@app.command("pin")
def pin(context: typer.Context, run: RunId, home: Home = None) -> None:
    """Protect a run from being deleted, and what belongs to it from being cleaned away."""
    with told():
        about.pin(find_run(_workspace(context, home), run).folder)


@app.command("unpin")
def unpin(context: typer.Context, run: RunId, home: Home = None) -> None:
    """Take that protection away."""
    with told():
        about.pin(find_run(_workspace(context, home), run).folder, False)


@app.command("delete")
def delete(context: typer.Context, run: RunId, home: Home = None) -> None:
    """Delete a run. It can be had back for some days: thaw runs undelete."""
    with told():
        workspace = _workspace(context, home)
        if run in (one.id for one in runs.list_damaged(workspace)):
            trash.delete_damaged(workspace, run)
        else:
            found = find_run(workspace, run)
            trash.delete(workspace, found)
            run = found.id
    console.err.print(f"Deleted. To have it back: thaw runs undelete {run}", highlight=False, markup=False)


@app.command("undelete")
def undelete(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="The id of a deleted run.")],
    home: Home = None,
) -> None:
    """Have a deleted run back."""
    with told():
        trash.undelete(_workspace(context, home), run)


@app.command("export")
def export(
    context: typer.Context,
    run: RunId,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="The zip to write.")] = None,
    with_pictures: Annotated[bool, typer.Option("--with-pictures", help="With the dataset.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a whole run to one file: its recipe, history, figures and model."""
    as_json = as_json or context.obj[1]
    with told(as_json):
        workspace = _workspace(context, home)
        found = find_run(workspace, run)
        file = out or Path(run_files.file_name(found))
        run_files.export(workspace, found, file, with_pictures=with_pictures)
    if as_json:
        console.print_json({"file": str(file)})
    else:
        console.out.print(str(file), soft_wrap=True, highlight=False, markup=False)


@app.command("import")
def import_run(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A zip that thaw runs export wrote.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Bring in a run from a file. It is looked through first; a run that is here already is not changed."""
    as_json = as_json or context.obj[1]
    with told(as_json):
        workspace = _workspace(context, home)
        run = run_import.take(workspace, file)
    try:
        run_import.make_ready(workspace, run)
    except EngineError as error:
        console.warn(f"The run is here, but its model could not be made ready for predictions. {error}")
    if as_json:
        line = next(line for line in overview.lines(workspace) if line.run.id == run.id)
        console.print_json(_row(line))
    else:
        console.out.print(run.id, highlight=False)
