"""What the commands share: their options, their workspace, and how an error is told."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from tlcore import measures, runs
from tlcore.asked import Stage
from tlcore.cli import console
from tlcore.datasets import Split
from tlcore.errors import NotFound, ThawError
from tlcore.runs import Progress, Run
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


def find_run(workspace: Workspace, id: str) -> Run:
    """By id; ``latest`` is the newest that has a model. Raises NotFound, WorkspaceError."""
    if id != "latest":
        return runs.load(workspace, id)
    newest = runs.newest_with_model(workspace)
    if newest is None:
        raise NotFound("There is no finished run yet. Train one: thaw train FOLDER.")
    return newest


def figures(run: Run, progress: Progress, shares: dict[Split, float] | None = None) -> dict[str, Any]:
    """How good a run is, as JSON tells it: Keras' accuracy, and the measure by which runs are compared.

    ``shares``: of ``measures``, where they are known already.
    """
    if shares is None:
        shares = measures.shares(run, progress)
    return {
        "val_accuracy": progress.final.get("val_accuracy"),
        "test_accuracy": progress.final.get("test_accuracy"),
        "measure": measures.name(run),
        "validation": shares.get(Split.VAL),
        "test": shares.get(Split.TEST),
    }


def telling(
    tell: console.Tell, stages: Mapping[str, str], before: str = ""
) -> Callable[[Stage | None], None]:
    """Shows where a job of the engine is on a bar; ``stages``: what each is called, after ``before``."""

    def tell_stage(stage: Stage | None) -> None:
        if stage is None:
            tell(f"{before}Starting", 0.0)
        else:
            tell(f"{before}{stages[stage.name]}", stage.done / max(1, stage.total))

    return tell_stage
