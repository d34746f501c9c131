"""What the commands share: their options, their workspace, and how an error is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tlcore.cli import console
from tlcore.errors import ThawError
from tlcore.workspace import Workspace

Home = Annotated[Path | None, typer.Option(help="The workspace. Default: THAW_HOME, else your data folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines on stdout.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change the recipe: a dotted path and YAML, as head.pooling=max."
    ),
]
Data = Annotated[
    str, typer.Argument(help="A folder or archive (zip, tar) of class folders, or the id of a dataset.")
]
ValShare = Annotated[float, typer.Option(help="Share of the pictures kept for validation.")]
TestShare = Annotated[float, typer.Option(help="Share of the pictures kept for the test.")]
SplitSeed = Annotated[int, typer.Option(help="Seed of the split.")]
Fit = Annotated[
    str | None,
    typer.Option(
        "--fit",
        metavar="stretch|crop|pad",
        help="How pictures become squares: stretched, cropped to the centre, or padded with white.",
    ),
]
RecipeFile = Annotated[Path | None, typer.Option("--recipe", help="A recipe file, YAML or JSON.")]


@contextmanager
def told(as_json: bool = False) -> Iterator[None]:
    """The one place where an error of the core becomes words and an exit status."""
    try:
        yield
    except ThawError as error:
        console.complain(str(error))
        if as_json:
            console.print_json({"status": "failed", "error": str(error)})
        raise typer.Exit(1) from error


def workspace_of(home: Path | None) -> Workspace:
    return Workspace(home.absolute()) if home else Workspace.default()
