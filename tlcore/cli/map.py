"""``thaw map`` and ``thaw nearest``: where pictures stand by what a run's network sees in them."""

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from tlcore import atlas, cells, images, unlike, user_files
from tlcore.atlas import Charted, Projection
from tlcore.cli import console
from tlcore.cli.chosen_run import find_run
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.cli.stages import telling
from tlcore.errors import ImageError, RunError
from tlcore.workspace import write_atomic

_STAGES = {"features": "Features", "neighbours": "Comparing", "projection": "Drawing"}

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The id of a run, or latest.")]


def map_pictures(
    run: RunId,
    csv_file: Annotated[
        Path, typer.Option("--csv", metavar="FILE", help="Where to write: file, split, label, x, y.")
    ],
    view: Annotated[Projection, typer.Option(help="How features become two numbers.")] = Projection.PCA,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write where each picture of a run's dataset stands, by what the network sees in it."""
    with told(as_json):
        workspace = workspace_of(home)
        found = find_run(workspace, run)
        with console.progress_bar() as tell:
            atlas.wait(workspace, found, view, telling(tell, _STAGES))
        charted = atlas.read(workspace, found, view)
        if charted is None:
            raise RunError("The map was removed by somebody else. Ask for it again.")
        user_files.write(csv_file, _table(charted).encode())
    if as_json:
        console.print_json({"file": str(csv_file), "pictures": len(charted.dataset.items)})
    else:
        console.err.print(f"{len(charted.dataset.items):,} pictures written.", highlight=False)


def _table(charted: Charted) -> str:
    """Several labels of one picture stand in one cell, with semicolons; as in labels.csv."""
    dataset, text = charted.dataset, io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["file", "split", "label", "x", "y"])
    for item, (x, y) in zip(dataset.items, charted.projected.points.tolist(), strict=True):
        label = ";".join(dataset.classes[label] for label in item.labels)
        rows.writerow([cells.plain(item.name), item.split.value, cells.plain(label), f"{x:.6g}", f"{y:.6g}"])
    return text.getvalue()


def nearest(
    run: RunId,
    picture: Annotated[Path, typer.Argument(metavar="PICTURE", help="A picture file.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Find the training pictures that are nearest to a picture, and say whether it is unlike all of them."""
    with told(as_json):
        workspace = workspace_of(home)
        found = find_run(workspace, run)
        with console.progress_bar() as tell:
            atlas.wait(workspace, found, None, lambda stage: tell("Comparing", 0.0))
        with workspace.scratch() as scratch:
            safe = Path(scratch) / "picture"
            write_atomic(safe, _safe(picture))
            near = atlas.of_picture(workspace, found, safe)
        verdict = unlike.of_near(workspace, found, near)
    classes = found.classes
    lines = [
        (one.item.name, ";".join(classes[label] for label in one.item.labels), one.distance) for one in near
    ]
    if as_json:
        console.print_json(
            {
                "run": found.id,
                "distance": verdict.distance,
                "threshold": verdict.threshold,
                "unlike": verdict.is_unlike,
                "nearest": [
                    {"file": name, "label": label, "distance": distance} for name, label, distance in lines
                ],
            }
        )
        return
    console.print_table(
        ["file", "class", "distance"], [[name, label, f"{away:.3f}"] for name, label, away in lines]
    )
    if verdict.is_unlike:
        console.warn(
            f"It is unlike the training pictures: {verdict.distance:.3f} away, where 95% of the run's own "
            f"pictures are within {verdict.threshold:.3f}."
        )


def _safe(picture: Path) -> bytes:
    try:
        return images.make_safe(picture.read_bytes()).content
    except OSError as error:
        raise ImageError(f"{picture.name} cannot be read ({error.strerror}).") from error
