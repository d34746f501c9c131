"""A whole run as one file, to be kept or taken to another machine: a zip, with the hash of each of its parts.

    thaw-run.json                       what it is, and the hashes
    run/run.json  recipe.json  about.json  history.jsonl  evaluation.json  model.keras
        confidence.json                 where it was chosen
    dataset/manifest.json  images/      with the pictures only

The converted graph is left out: where the run is brought in, it is made from the model again.
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import tlcore
from tlcore import about, confidence, datasets, trash, user_files
from tlcore.about import About
from tlcore.datasets import Dataset
from tlcore.parts import Writer
from tlcore.runs import Run
from tlcore.workspace import Workspace

__all__ = ["CHOICE", "FORMAT", "MANIFEST", "RUN_FILES", "adding", "export", "file_name"]

FORMAT = 1
MANIFEST = "thaw-run.json"
RUN_FILES = ("run.json", "recipe.json", "about.json", "history.jsonl", "evaluation.json", "model.keras")
CHOICE = confidence.FILE
"""How sure it has to be, where somebody chose that."""
DATASET_MANIFEST = "dataset/manifest.json"
IMAGES = "dataset/images"


def file_name(run: Run) -> str:
    return f"thaw-run-{run.id}.zip"


def export(workspace: Workspace, run: Run, out: Path, *, with_pictures: bool = False) -> None:
    """Write a run to a file, which is there whole or not at all; the run is marked as exported.

    Raises RunError for a run that is under way, NotFound where its pictures were deleted, NotSaved.
    """
    trash.check_is_free(workspace, run, "exported")
    dataset = datasets.load(workspace, run.dataset_id) if with_pictures else None
    with user_files.writing(out) as file:
        _write(file, run, dataset)
    about.mark_exported(run.folder)


def _write(file: IO[bytes], run: Run, dataset: Dataset | None) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        writer = Writer(archive)
        for _ in adding(writer, run, "run"):
            pass
        if dataset is not None:
            writer.add_file(DATASET_MANIFEST, dataset.folder / "manifest.json")
            for name in sorted({item.file for item in dataset.items}):
                writer.add_file(f"{IMAGES}/{name}", dataset.folder / "images" / name)
        told: dict[str, Any] = {
            "format": FORMAT,
            "made_with": tlcore.__version__,
            "run": run.id,
            "dataset": {"id": run.dataset_id, "name": run.dataset_name, "pictures": dataset is not None},
            "sha256": writer.sha256,
        }
        archive.writestr(MANIFEST, json.dumps(told, ensure_ascii=False, indent=1))


def adding(writer: Writer, run: Run, folder: str) -> Iterator[int]:
    """Write what travels of a run into a folder of the zip; yields the bytes of each piece."""
    for name in (*RUN_FILES, CHOICE):
        if name == about.FILE:
            # That it is pinned here, or was exported, is nothing to others.
            said = {key: value for key, value in asdict(About(run.name, run.note)).items() if value}
            writer.add(f"{folder}/{name}", json.dumps(said, ensure_ascii=False).encode())
        elif (run.folder / name).is_file():
            yield from writer.adding_file(f"{folder}/{name}", run.folder / name)
