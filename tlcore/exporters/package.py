"""A run as a zip to take away: its model in one format or several, and how near they are to the run."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tlcore
from tlcore import about, runs, user_files, words
from tlcore.errors import RunError
from tlcore.exporters import formats, readme, store
from tlcore.exporters.parity import Parity
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Workspace

PARITY = "parity.json"
CARD = "MODEL_CARD.md"


def file_name(run: Run, chosen: Sequence[str]) -> str:
    return f"thaw-{run.id}-{'-'.join(chosen)}.zip"


def package(workspace: Workspace, run: Run, chosen: Sequence[str], out: Path, card: str = "") -> None:
    """Write the zip of exports that were made, which is there whole or not at all.

    One format lies in the zip itself, several in a folder each; ``parity.json`` is about all of them, and
    so is the ``card``, the model card as ``tlcore.model_card`` writes it.
    Raises RunError for an unknown format, one that was not made of the run's model, or was refused; NotSaved.
    """
    found = {format: checked(run, format) for format in dict.fromkeys(chosen)}
    # Weights do not shrink.
    with user_files.writing(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        _fill(archive, workspace, run, found)
        if card:
            archive.writestr(CARD, card)
    about.mark_exported(run.folder)


def checked(run: Run, format: str) -> Parity:
    """What was found of an export that may be taken away. Raises RunError."""
    title = tr(formats.get(format).title)
    found = store.load(run, format)
    if found is None:
        raise RunError(
            tr(
                "{name} was not exported to {title} yet, or was changed since. Export it first.",
                name=run.name,
                title=title,
            )
        )
    if found.refused:
        raise RunError(f"{title}: {found.refused}")
    return found


def told(run: Run, found: dict[str, Parity]) -> dict[str, Any]:
    """``parity.json``: for people and for machines that look whether an export can be trusted."""
    return {
        "run": run.id,
        "made_with": f"Thaw {tlcore.__version__}",
        "classes": list(run.classes),
        "formats": {
            format: {"title": formats.get(format).title} | one.to_json() for format, one in found.items()
        },
    }


def _fill(archive: zipfile.ZipFile, workspace: Workspace, run: Run, found: dict[str, Parity]) -> None:
    # With the epochs by which it was extended.
    recipe = runs.extended(run.recipe, run.events())
    for format, one in found.items():
        prefix = f"{format}/" if len(found) > 1 else ""
        for name, path in store.files(run, format):
            archive.write(path, prefix + name)
        archive.writestr(f"{prefix}recipe.yaml", recipe.to_yaml())
        # It goes with the model, to people of any language.
        with words.speaking(words.SOURCE):
            archive.writestr(f"{prefix}README.md", readme.text(workspace, run, format, one))
    archive.writestr(PARITY, json.dumps(told(run, found), ensure_ascii=False, indent=1))
