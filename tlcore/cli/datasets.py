"""``thaw datasets``: the datasets there are; one taken in, taken away as a zip, or deleted."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tlcore import dataset_removal, dataset_zip, datasets
from tlcore.cli import console
from tlcore.cli.common import AsJson, Data, Home, SplitSeed, TestShare, ValShare, told, workspace_of
from tlcore.cli.train import dataset_of
from tlcore.datasets import Split

app = typer.Typer(help="List the datasets, take one in, take one away as a zip, delete one.")


@app.callback(invoke_without_command=True)
def list_datasets(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """List the datasets and their versions, the newest first."""
    # Of ``datasets export`` and others; it may be said before that word and after it.
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


@app.command("add")
def add(
    context: typer.Context,
    data: Data,
    val: ValShare = 0.25,
    test: TestShare = 0.0,
    split_seed: SplitSeed = 0,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take pictures in, without a training."""
    outer_home, outer_json = context.obj
    as_json = as_json or outer_json
    with told(as_json), console.progress_bar() as tell:
        dataset = dataset_of(
            workspace_of(home or outer_home),
            data,
            tell,
            val_fraction=val,
            test_fraction=test,
            seed=split_seed,
        )
    counts = {split.value: len(dataset.of(split)) for split in Split}
    if as_json:
        console.print_json({"dataset": dataset.id, "classes": list(dataset.classes), "counts": counts})
    else:
        console.out.print(dataset.id, highlight=False)


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


@app.command("delete")
def delete(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of a dataset.")],
    home: Home = None,
) -> None:
    """Delete a dataset for good, unless a run was trained on it. Other versions of it stay."""
    with told():
        workspace = workspace_of(home or context.obj[0])
        dataset = datasets.load(workspace, id)
        dataset_removal.remove(workspace, dataset)
    console.err.print(
        f"{dataset.name}, version {dataset.version}, is deleted.", highlight=False, markup=False
    )
