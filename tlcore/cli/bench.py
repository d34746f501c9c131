"""``thaw bench``: measure Thaw against plain Keras on this machine; tables here, the rest in a folder."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from tlcore import backbones
from tlcore.benchmark import figure, markdown, run, tables
from tlcore.benchmark.results import Results
from tlcore.benchmark.settings import QUICK, Settings
from tlcore.cli import console
from tlcore.cli.common import AsJson, told
from tlcore.workspace import write_atomic


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="250 images, one network: some minutes.")] = False,
    images: Annotated[int | None, typer.Option(help="How many pictures. Default: 1000.")] = None,
    networks: Annotated[
        str | None,
        typer.Option("--backbones", metavar="A,B", help="Networks. Default: four, from small to large."),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs of each head. Default: 10.")] = None,
    plain_epochs: Annotated[
        int | None, typer.Option(help="Epochs that the plain program really runs. Default: 2; quick: all.")
    ] = None,
    extraction: Annotated[
        str | None,
        typer.Option(metavar="A,B|all|none", help="Networks whose frozen layers are timed alone."),
    ] = None,
    sizes: Annotated[
        str | None,
        typer.Option(metavar="N,N|none", help="Further numbers of pictures. Default: 250,4000; quick: none."),
    ] = None,
    fine_tuning: Annotated[bool, typer.Option(help="Time the training of backbone layers, too.")] = True,
    image_size: Annotated[
        int | None, typer.Option(help="Side in pixels. Default: each network's own.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder for the results.")] = Path("bench-results"),
    as_json: AsJson = False,
) -> None:
    """Measure Thaw against plain Keras and an expert's script on this machine. Ctrl-C keeps what there is."""
    with told(as_json):
        chosen = _settings(quick, images, networks, epochs, plain_epochs, extraction, sizes)
        chosen = replace(chosen, fine_tuning=fine_tuning, image_size_px=image_size)
        minutes = run.expected_s(chosen) / 60
        console.err.print(f"This may take {max(1, round(minutes))} minutes. Results: {out}", highlight=False)
        with console.progress_bar() as tell:
            results = run.run(chosen, out, tell)
        _write(results, out)
    if as_json:
        console.print_json(results.to_json())
    else:
        _print(results)
    if not results.complete:
        console.complain(f"Interrupted. What had been measured is in {out}.")
        raise typer.Exit(130)


def _settings(
    quick: bool,
    images: int | None,
    networks: str | None,
    epochs: int | None,
    plain_epochs: int | None,
    extraction: str | None,
    sizes: str | None,
) -> Settings:
    """What was not said is as in the quick or the full set; extraction is of the networks that are run."""
    base = QUICK if quick else Settings()
    names = _listed(networks) or base.backbones
    extracted = {None: names, "all": backbones.names(), "none": ()}.get(extraction, _listed(extraction))
    return replace(
        base,
        images=images or base.images,
        backbones=names,
        epochs=epochs or base.epochs,
        plain_epochs=plain_epochs or base.plain_epochs,
        extraction=extracted,
        sizes=base.sizes if sizes is None else _numbers(sizes),
    )


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def _numbers(text: str) -> tuple[int, ...]:
    if text == "none":
        return ()
    try:
        return tuple(int(word) for word in _listed(text))
    except ValueError:
        raise typer.BadParameter(
            f"--sizes takes numbers such as 250,4000, or none. Received: {text!r}."
        ) from None


def _write(results: Results, out: Path) -> None:
    write_atomic(out / "results.md", markdown.document(results).encode())
    # Plotly inside, so that it opens without internet.
    page = figure.figure(results).to_html(include_plotlyjs=True, full_html=True)
    write_atomic(out / "figure.html", page.encode())


def _print(results: Results) -> None:
    for table in tables.tables(results):
        console.out.print(f"\n{table.title}", style="bold", markup=False, highlight=False)
        console.print_table(table.columns, table.rows)
        if table.note:
            console.out.print(table.note, markup=False, highlight=False)
