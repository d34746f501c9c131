"""``thaw disk``: what takes how much room, and a clean-up."""

from typing import Annotated

import typer

from tlcore import disk
from tlcore.cli import console
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.disk import Kind
from tlcore.numbers import bytes_words

app = typer.Typer(help="How much of the disk the workspace takes, and a clean-up.")

KeepDays = Annotated[
    float, typer.Option("--keep-days", min=0, help="Spare what was of use in the last so many days.")
]


@app.callback(invoke_without_command=True)
def show(
    context: typer.Context, keep_days: KeepDays = disk.KEEP_DAYS, home: Home = None, as_json: AsJson = False
) -> None:
    """Bytes of each kind, and how many of them `thaw disk clean` would free."""
    context.obj = (home, as_json)
    if context.invoked_subcommand is not None:
        return
    with told(as_json):
        workspace = workspace_of(home)
        used, free = disk.usage(workspace), disk.by_kind(disk.removable(workspace, keep_days))
    if as_json:
        told_of = {kind.value: {"bytes": size, "removable": free.get(kind, 0)} for kind, size in used.items()}
        console.print_json({"home": str(workspace.home), "bytes": sum(used.values()), "kinds": told_of})
        return
    rows = [
        [kind.value, bytes_words(size), bytes_words(free[kind]) if kind in free else None]
        for kind, size in used.items()
    ]
    console.print_table(
        ["kind", "size", "can be freed"], [*rows, ["all", bytes_words(sum(used.values())), None]]
    )


@app.command("clean")
def clean(
    context: typer.Context,
    kinds: Annotated[
        list[Kind] | None,
        typer.Option("--kind", help=f"Only these: {', '.join(disk.CLEANED)}. May be said several times."),
    ] = None,
    keep_days: KeepDays = disk.KEEP_DAYS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Remove what nobody uses and can be computed again, and what was deleted some days ago."""
    as_json = as_json or context.obj[1]
    with told(as_json):
        workspace = workspace_of(home or context.obj[0])
        wanted = kinds or disk.CLEANED
        if dry_run:
            gone = [one for one in disk.removable(workspace, keep_days) if one.kind in wanted]
        else:
            gone = disk.clean(workspace, wanted, keep_days)
    if as_json:
        rows = [{"kind": one.kind.value, "id": one.id, "bytes": one.size_bytes} for one in gone]
        console.print_json(
            {"removed": not dry_run, "bytes": sum(one.size_bytes for one in gone), "what": rows}
        )
        return
    console.print_table(
        ["kind", "what", "size"], [[one.kind.value, one.id, bytes_words(one.size_bytes)] for one in gone]
    )
    total = bytes_words(sum(one.size_bytes for one in gone))
    console.err.print(f"{total} would be freed." if dry_run else f"{total} freed.", highlight=False)
