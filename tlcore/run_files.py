"""A whole run as one file, to be kept or taken to another machine: a zip, with the hash of each of its parts.

    thaw-run.json                       what it is, and the hashes
    run/run.json  recipe.json  about.json  history.jsonl  evaluation.json  model.keras
    dataset/manifest.json  images/      with the pictures only

The converted graph is left out: where the run is brought in, it is made from the model again.
"""

import contextlib
import hashlib
import io
import json
import os
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import tlcore
from tlcore import about, datasets, trash
from tlcore.about import About
from tlcore.datasets import Dataset
from tlcore.errors import NotSaved
from tlcore.runs import Run
from tlcore.workspace import Workspace

__all__ = ["FORMAT", "MANIFEST", "RUN_FILES", "export", "file_name"]

FORMAT = 1
MANIFEST = "thaw-run.json"
RUN_FILES = ("run.json", "recipe.json", "about.json", "history.jsonl", "evaluation.json", "model.keras")
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
    temporary = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            _write(file, run, dataset)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, out)
    except OSError as error:
        raise NotSaved(
            f"{out.name} could not be written ({error.strerror}). Choose another folder."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    about.mark_exported(run.folder)


def _write(file: IO[bytes], run: Run, dataset: Dataset | None) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = _Parts(archive)
        for name in RUN_FILES:
            if name == about.FILE:
                # That it is pinned here, or was exported, is nothing to others.
                said = {key: value for key, value in asdict(About(run.name, run.note)).items() if value}
                parts.add(f"run/{name}", io.BytesIO(json.dumps(said, ensure_ascii=False).encode()))
            elif (run.folder / name).is_file():
                parts.add_file(f"run/{name}", run.folder / name)
        if dataset is not None:
            parts.add_file(DATASET_MANIFEST, dataset.folder / "manifest.json")
            for name in sorted({item.file for item in dataset.items}):
                parts.add_file(f"{IMAGES}/{name}", dataset.folder / "images" / name)
        parts.close(run, dataset)


class _Parts:
    """What goes into the zip; its hash is taken on the way."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.sha256: dict[str, str] = {}

    def add_file(self, name: str, path: Path) -> None:
        with open(path, "rb") as source:
            self.add(name, source)

    def add(self, name: str, source: IO[bytes]) -> None:
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o600 << 16
        # Pictures and weights do not shrink.
        packed = name.endswith((".json", ".jsonl"))
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        digest = hashlib.sha256()
        with self.archive.open(info, "w", force_zip64=True) as target:
            while chunk := source.read(1 << 20):
                digest.update(chunk)
                target.write(chunk)
        self.sha256[name] = digest.hexdigest()

    def close(self, run: Run, dataset: Dataset | None) -> None:
        told: dict[str, Any] = {
            "format": FORMAT,
            "made_with": tlcore.__version__,
            "run": run.id,
            "dataset": {"id": run.dataset_id, "name": run.dataset_name, "pictures": dataset is not None},
            "sha256": self.sha256,
        }
        self.archive.writestr(MANIFEST, json.dumps(told, ensure_ascii=False, indent=1))
