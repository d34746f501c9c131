"""``thaw datasets``: the datasets there are, and one of them taken away as a zip."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tlcore import dataset_zip, datasets
from tlcore.cli import console
from tlcore.cli.common import AsJson, Home, told, workspace_of

app = typer.Typer(help="List the datasets, or take one away as a zip.")


@app.callback(invoke_without_command=True)
def list_datasets(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """List the datasets and their versions, the newest first."""
    # Of ``datasets export``; it may be said before that word and after it.
    context.obj = (home, as_json)
    if context.invoked_subcommand is not None:
        return
    with told(as_json):
        cards = datasets.list_cards(workspace_of(home))
    if as_json:
        console.print_json([asdict(card) for card in cards])
        return
    console.print_table(
        [console.whole("dataset"), "name", "version", "pictures", "classes", "made from", "change"],
        [
            [card.id, card.name, card.version, card.pictures, card.classes, card.parent or "–", card.change]
            for card in cards
        ],
    )


@app.command("export")
def export(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of a dataset.")],
    out: Annotated[Path, typer.Option(metavar="FILE.zip", help="The zip to write.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a dataset as a zip of class folders, in train, val and test as it is split."""
    outer_home, outer_json = context.obj
    as_json = as_json or outer_json
    with told(as_json):
        dataset = datasets.load(workspace_of(home or outer_home), id)
        target = dataset_zip.write(dataset, out.absolute())
    size = target.stat().st_size
    if as_json:
        console.print_json(
            {"dataset": id, "file": str(target), "pictures": len(dataset.items), "bytes": size}
        )
        return
    console.out.print(f"{len(dataset.items)} pictures, {size / 1e6:.1f} MB:", highlight=False)
    console.out.print(str(target), soft_wrap=True, highlight=False, markup=False)
