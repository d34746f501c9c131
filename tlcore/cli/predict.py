"""``thaw predict``: what a finished run says of pictures and of folders of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from tlcore import confidence, prediction_table, sources, user_files
from tlcore.archives import clean_text
from tlcore.cli import console
from tlcore.cli.chosen_run import find_run
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.errors import ThawError
from tlcore.predict import Predictor
from tlcore.report import Report


def predict(
    run: Annotated[str, typer.Argument(help="The id of a run, or latest.")],
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Pictures, or folders of them.")],
    csv_file: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            metavar="FILE",
            help="Write a table: file, label, where a threshold is chosen whether it is unsure, and a column "
            "for each class.",
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Judge pictures with a finished run. Exit status 1 when one of them could not be judged."""
    with told(as_json):
        if csv_file is not None:
            user_files.check_folder(csv_file)
        workspace = workspace_of(home)
        found = find_run(workspace, run)
        predictor = Predictor(workspace, found)
        may_be_unsure = confidence.chosen(found).threshold > 0
        files, problems = _files(paths)
    if predictor.note:
        console.warn(predictor.note)
    results = problems + _judged(predictor, files, with_bar=csv_file is not None)
    # At the end, where they are seen.
    for result in results:
        if "error" in result:
            console.complain(f"{clean_text(result['file'])}: {result['error']}")
    if csv_file is not None:
        with told(as_json):
            told_csv = prediction_table.csv_text(predictor.classes, results, may_be_unsure=may_be_unsure)
            user_files.write(csv_file, told_csv.encode())
    _print(results, csv_file, as_json)
    if any("error" in result for result in results):
        raise typer.Exit(1)


def _files(paths: Sequence[Path]) -> tuple[list[Path], list[dict[str, Any]]]:
    """Every file, those of folders in the order of their names, without what systems leave behind."""
    files: list[Path] = []
    problems: list[dict[str, Any]] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        report = Report()
        with sources.opened(path) as (listing, _):
            files += [path / found.name for found in sources.without_junk(listing, report)]
        problems += [{"file": str(path / left.name), "error": left.reason} for left in report.left_out]
    return files, problems


def _judged(predictor: Predictor, files: Sequence[Path], *, with_bar: bool) -> list[dict[str, Any]]:
    if not with_bar:
        return [_judge(predictor, file) for file in files]
    with console.progress_bar() as tell:
        return list(_telling(predictor, files, tell))


def _telling(predictor: Predictor, files: Sequence[Path], tell: console.Tell) -> Iterator[dict[str, Any]]:
    for number, file in enumerate(files):
        tell("Pictures", number / len(files))
        yield _judge(predictor, file)


def _judge(predictor: Predictor, file: Path) -> dict[str, Any]:
    try:
        return prediction_table.told(str(file), predictor.predict_file(file))
    except ThawError as error:
        return prediction_table.failed(str(file), str(error))


def _print(results: Sequence[dict[str, Any]], csv_file: Path | None, as_json: bool) -> None:
    if as_json:
        console.print_json(results)
    elif csv_file is not None:
        console.out.print(str(csv_file), soft_wrap=True, highlight=False, markup=False)
    else:
        console.print_table(
            ["file", "class", "probability"],
            [[one["file"], _said(one), console.percent(one.get("probability"))] for one in results],
        )


def _said(result: dict[str, Any]) -> str:
    names = ", ".join(result.get("labels", []))
    return f"I don't know ({names or 'none'}?)" if result.get("unsure") else names
