"""``thaw project``: a dataset with its versions, runs and recipes as one file, and such a file opened."""

from pathlib import Path
from typing import Annotated

import typer

from tlcore import project_file, project_import
from tlcore.cli import console
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.errors import EngineError
from tlcore.numbers import bytes_words
from tlcore.report import counted

app = typer.Typer(help="Hand a whole project over as one file, and open one.")


@app.command("export")
def export(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="The id of a dataset, in any version.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.thaw", help="The file to write.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a dataset with all its versions, the runs on them and their recipes to one file."""
    with told(as_json), console.progress_bar() as tell:
        project = project_file.gather(workspace_of(home), dataset)
        file = out or Path(project_file.file_name(project.dataset))
        project_file.write(project, file, lambda done, total: tell("Writing", done / max(1, total)))
    for sentence in project.left_out:
        console.warn(sentence)
    if as_json:
        console.print_json(
            {
                "file": str(file),
                "datasets": [one.id for one in project.datasets],
                "runs": [run.id for run in project.runs],
                "backbones": [one.name for one in project.backbones],
                "left_out": list(project.left_out),
                "bytes": file.stat().st_size,
            }
        )
        return
    console.err.print(
        f"{counted(len(project.datasets), 'version')}, {counted(len(project.runs), 'run')}, "
        f"{bytes_words(file.stat().st_size)}:",
        highlight=False,
    )
    console.out.print(str(file), soft_wrap=True, highlight=False, markup=False)


@app.command("import")
def import_project(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that thaw project export wrote.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Open a project from a file. It is looked through first; what is here already is not changed."""
    with told(as_json), console.progress_bar() as tell:
        workspace = workspace_of(home)
        brought = project_import.take(
            workspace, file, lambda done, total: tell("Looking through it", done / max(1, total))
        )
    notes = [*brought.notes]
    try:
        project_import.make_ready(workspace, brought)
    except EngineError as error:
        notes.append(f"The models could not be made ready for predictions. {error}")
    for note in notes:
        console.warn(note)
    if as_json:
        console.print_json(
            {
                "dataset": brought.dataset.id,
                "datasets": list(brought.datasets),
                "runs": list(brought.runs),
                "here": brought.here,
                "notes": notes,
            }
        )
        return
    console.err.print(
        f"{counted(len(brought.datasets), 'version')} and {counted(len(brought.runs), 'run')} came in; "
        f"{brought.here} were here already. Dataset:",
        highlight=False,
    )
    console.out.print(brought.dataset.id, highlight=False)
