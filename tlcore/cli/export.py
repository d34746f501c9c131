"""``thaw export``: a run in the formats of other runtimes, each compared with the run, as one zip."""

from pathlib import Path
from typing import Annotated

import typer

from tlcore import export_jobs, exporters, model_card
from tlcore.cli import console
from tlcore.cli.chosen_run import find_run
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.cli.stages import telling
from tlcore.errors import RunError
from tlcore.exporters import Parity
from tlcore.numbers import bytes_words

_STAGES = {"loading": "Loading", "converting": "Converting", "comparing": "Comparing"}


def export(
    run: Annotated[str, typer.Argument(help="The id of a run, or latest.")],
    formats: Annotated[
        list[str],
        typer.Option(
            "--to",
            metavar="FORMAT",
            help=f"One of {', '.join(exporters.FORMATS)}; may be said several times.",
        ),
    ],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="The zip to write.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a model for another runtime, compared with the run on real pictures; refused where it differs."""
    with told(as_json):
        workspace = workspace_of(home)
        found_run = find_run(workspace, run)
        for format in formats:
            exporters.get(format)
        with console.progress_bar() as tell:
            found = {
                format: export_jobs.wait(workspace, found_run, format, telling(tell, _STAGES, f"{format}: "))
                for format in dict.fromkeys(formats)
            }
        if not as_json:
            _print(found)
        for format, one in found.items():
            if one.refused:
                raise RunError(f"{exporters.get(format).title}: {one.refused}")
        file = out or Path(exporters.file_name(found_run, list(found)))
        card = model_card.text(workspace, found_run)
        exporters.package(workspace, found_run, list(found), file, card)
    if as_json:
        console.print_json({"file": str(file)} | exporters.told(found_run, found))
    else:
        console.out.print(str(file), soft_wrap=True, highlight=False, markup=False)


def _print(found: dict[str, Parity]) -> None:
    console.print_table(
        [console.whole("format"), "largest difference", "same classes", "ms per picture", "size", "runtime"],
        [
            [
                format,
                f"{one.difference:.1e}" if one.difference >= 0 else None,
                f"{one.agree} of {one.pictures}",
                f"{one.milliseconds:.1f}",
                bytes_words(one.size_bytes),
                one.runtime,
            ]
            for format, one in found.items()
        ],
    )
