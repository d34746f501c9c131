"""``thaw program``: a recipe as a program in plain Keras."""

from pathlib import Path
from typing import Annotated

import typer

from tlcore import datasets, plans, program, user_files
from tlcore.cli import console, recipe
from tlcore.cli.common import Fit, Home, RecipeFile, Settings, told, workspace_of


def write_program(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="The id of the dataset it is for.")],
    recipe_file: RecipeFile = None,
    settings: Settings = None,
    fit: Fit = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="A .py or .ipynb file to write, in place of printing."),
    ] = None,
    home: Home = None,
) -> None:
    """Print the Keras program that a recipe stands for, or write it as a file or a notebook."""
    with told():
        workspace = workspace_of(home)
        found = datasets.load(workspace, dataset)
        chosen = recipe.fitted(
            recipe.read(workspace, recipe_file, settings, fit),
            several_labels=found.several_labels,
            loss_is_chosen=recipe.names_a_loss(recipe_file, settings),
        )
        plan = plans.for_dataset(chosen, found, workspace)
        is_notebook = out is not None and out.suffix == ".ipynb"
        content = (
            program.notebook(plan, found.classes)
            if is_notebook
            else program.source(plan, found.classes).encode()
        )
        if out is not None:
            user_files.write(out, content)
    console.out.print(
        str(out) if out is not None else content.decode(), soft_wrap=True, highlight=False, markup=False
    )
