"""``thaw explain``: the heat map of what decided, as a picture."""

import io
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image

from tlcore import images, user_files
from tlcore.cli import console
from tlcore.cli.chosen_run import find_run
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.errors import ImageError, NotFound
from tlcore.suggest import suggestion

_OPACITY = 0.6


def explain(
    run: Annotated[str, typer.Argument(help="The id of a run, or latest.")],
    picture: Annotated[Path, typer.Argument(metavar="PICTURE", help="A picture file.")],
    label: Annotated[str | None, typer.Option(help="The class. Default: the likeliest one.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="The picture to write. Default: PICTURE-why.png.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Draw over a picture which part of it speaks for a class (Grad-CAM)."""
    from tlcore.explain import Explainer, overlay

    with told(as_json):
        workspace = workspace_of(home)
        explainer = Explainer(workspace, find_run(workspace, run))
        if label is not None and label not in explainer.classes:
            raise NotFound(f"The run has no class {label!r}.{suggestion(label, explainer.classes)}")
        image = _opened(picture)
        look = explainer.look(image)
        found = explainer.heat_map(look, label or look.ranked[0])
        file = out or picture.with_name(f"{picture.stem}-why.png")
        _save(overlay(image, found.shares, _OPACITY, explainer.fit), file)
    if as_json:
        console.print_json(
            {
                "file": str(picture),
                "label": found.label,
                "probability": found.probability,
                "out": str(file),
                "cells": found.cells.tolist(),
            }
        )
        return
    if found.is_empty:
        console.warn(f"No part of this picture speaks for {found.label}.")
    console.out.print(
        f"{file}: what speaks for {found.label} ({console.percent(found.probability)})",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )


def _opened(file: Path) -> Image.Image:
    """Made safe and upright as the training pictures were."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ImageError(f"{file.name} cannot be read ({error.strerror}).") from error
    return Image.open(io.BytesIO(images.make_safe(content).content))


def _save(picture: Image.Image, file: Path) -> None:
    content = io.BytesIO()
    picture.save(content, "PNG")
    user_files.write(file, content.getvalue())
