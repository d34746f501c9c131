"""A whole project as one file, to be opened by another Thaw: a zip, with the hash of each of its parts.

    thaw-project.json                 what it is, and the hashes
    datasets/<id>/manifest.json       of each version of the dataset
    images/<sha256>.(jpg|png)         of all of them, each once
    runs/<id>/                        as in a run's own file (tlcore/run_files.py)
        checkpoints/<epoch>/          the newest, from which the training can go on
    recipes/<id>.json                 those of the runs as they were trained, and those that were given
    backbones/<id>/model.keras        models of people that the runs are built on

Features, thumbnails and converted graphs do not travel: they are made again.
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import tlcore
from tlcore import about, archives, checkpoints, datasets, run_files, runs, trash, user_files
from tlcore.archives import clean_text
from tlcore.backbones import own, own_intake
from tlcore.backbones.own import OwnBackbone
from tlcore.config import Recipe
from tlcore.datasets import Card, Dataset
from tlcore.errors import NotFound, RunError, UnknownBackbone, WorkspaceError
from tlcore.parts import Outlet, Writer
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Stamp, Workspace, stamp

__all__ = ["FORMAT", "MANIFEST", "SUFFIX", "Project", "file_name", "gather", "pieces", "versions", "write"]

FORMAT = 1
MANIFEST = "thaw-project.json"
SUFFIX = ".thaw"
PIECE_BYTES = 1 << 20

Tell = Callable[[int, int], None]
"""Takes the bytes that are written, and of about how many."""


@dataclass(frozen=True)
class Project:
    dataset: Dataset
    """The version that was asked for."""
    datasets: tuple[Dataset, ...]
    """All versions that are here, the oldest first."""
    runs: tuple[Run, ...]
    recipes: tuple[Recipe, ...]
    backbones: tuple[OwnBackbone, ...]
    left_out: tuple[str, ...]
    """A sentence for each thing that cannot go along."""
    histories: Mapping[str, Stamp | None]
    """Of the runs, by id, as they were when this was gathered: nothing becomes of a run without a line."""

    @property
    def images(self) -> dict[str, Path]:
        return {item.file: one.path(item) for one in self.datasets for item in one.items}

    @property
    def size_bytes(self) -> int:
        """Near enough the size of the file."""
        files = [*self.images.values(), *(one.folder / "model.keras" for one in self.backbones)]
        for run in self.runs:
            epoch = checkpoints.epochs(run.checkpoints)[-1:]
            files += [run.folder / name for name in run_files.RUN_FILES]
            files += [run.checkpoints / str(one) / name for one in epoch for name in checkpoints.FILES]
        return sum(path.stat().st_size for path in files if path.is_file())


def file_name(dataset: Dataset) -> str:
    return f"{dataset.id}-project{SUFFIX}"


def versions(workspace: Workspace, dataset_id: str) -> list[Card]:
    """All versions of a dataset that are here, those before it and those made of it; the oldest first."""
    cards = datasets.list_cards(workspace)
    family, found = {dataset_id}, 0
    while len(family) != found:
        found = len(family)
        family |= {card.parent for card in cards if card.id in family and card.parent}
        family |= {card.id for card in cards if card.parent in family}
    of_it = [card for card in cards if card.id in family]
    return sorted(of_it, key=lambda card: (card.version, card.created, card.id))


def gather(workspace: Workspace, dataset_id: str, recipes: Sequence[Recipe] = ()) -> Project:
    """What belongs to a dataset: its versions, the runs on any of them, and what those are built on.

    ``recipes``: others to go along. Raises NotFound, WorkspaceError, and DatasetError for too much.
    """
    dataset = datasets.load(workspace, dataset_id)
    found = [datasets.load(workspace, card.id) for card in versions(workspace, dataset_id)]
    here = {one.id for one in found}
    chosen: list[Run] = []
    left_out: list[str] = []
    histories: dict[str, Stamp | None] = {}
    backbones: dict[str, OwnBackbone] = {}
    for run in runs.list_all(workspace):
        if run.dataset_id not in here:
            continue
        histories[run.id] = stamp(run.history_file)
        try:
            trash.check_is_free(workspace, run, "exported")
        except RunError as error:
            left_out.append(str(error))
            continue
        chosen.append(run)
        name = run.recipe.backbone.name
        if name.startswith(own.PREFIX) and name not in backbones:
            try:
                backbones[name] = own.get(workspace, name)
            except (UnknownBackbone, WorkspaceError):
                left_out.append(
                    tr(
                        "The backbone of {run} is not here any more, so it does not go along: the run can be "
                        "used, but not be trained on.",
                        run=run.name,
                    )
                )
    kept = {one.id: one for one in [*(runs.extended(run.recipe, run.events()) for run in chosen), *recipes]}
    project = Project(
        dataset,
        tuple(found),
        tuple(chosen),
        (*kept.values(),),
        (*backbones.values(),),
        (*left_out,),
        histories,
    )
    archives.check_limits(len(project.images), project.size_bytes)
    for path in project.images.values():
        if not path.is_file():
            raise NotFound(tr("A picture of this dataset is missing. Add the pictures again."))
    return project


def pieces(project: Project) -> Iterator[bytes]:
    """The file in pieces of about PIECE_BYTES, made as they are taken: it needs neither memory nor disk.

    Raises RunError where a run is trained on or deleted meanwhile; what was taken then is no whole zip.
    """
    outlet, waiting = Outlet(), 0
    # A file without a place in it: zipfile then writes each part once, and says its size behind it.
    with zipfile.ZipFile(cast(IO[bytes], outlet), "w") as archive:
        for count in _filled(archive, project):
            waiting += count
            if waiting >= PIECE_BYTES:
                yield outlet.take()
                waiting = 0
    for run in project.runs:
        about.mark_exported(run.folder)
    yield outlet.take()


def write(project: Project, out: Path, tell: Tell = lambda done, total: None) -> None:
    """Write the file, which is there whole or not at all. Raises NotSaved, RunError as ``pieces`` does."""
    done, total = 0, project.size_bytes
    with user_files.writing(out) as file:
        for piece in pieces(project):
            file.write(piece)
            done += len(piece)
            tell(min(done, total), total)


def _filled(archive: zipfile.ZipFile, project: Project) -> Iterator[int]:
    """Fill the archive; yields the bytes of each piece."""
    writer = Writer(archive)
    for dataset in project.datasets:
        yield from writer.adding_file(
            f"datasets/{dataset.id}/manifest.json", dataset.folder / "manifest.json"
        )
    for run in project.runs:
        yield from _run(writer, run, project.histories[run.id])
    for recipe in project.recipes:
        writer.add(f"recipes/{recipe.id}.json", json.dumps(recipe.to_json()).encode())
    for backbone in project.backbones:
        name = f"backbones/{backbone.id}/model.keras"
        yield from writer.adding_file(name, backbone.folder / "model.keras")
    for file, path in sorted(project.images.items()):
        yield from writer.adding_file(f"images/{file}", path)
    told = _told(project) | {"sha256": writer.sha256}
    archive.writestr(MANIFEST, json.dumps(told, ensure_ascii=False, indent=1), zipfile.ZIP_DEFLATED)


def _run(writer: Writer, run: Run, before: Stamp | None) -> Iterator[int]:
    """All of one moment. No lock is held: a browser takes its time, and nobody is to wait for it."""
    changed = RunError(
        tr(
            "{run} was trained on, cleaned or deleted while the project was written, so the file is not "
            "whole. Export the project again.",
            run=run.name,
        )
    )
    try:
        yield from run_files.adding(writer, run, f"runs/{run.id}")
        epoch = checkpoints.newest_whole(run.checkpoints)
        for name in checkpoints.FILES if epoch is not None else ():
            file = f"checkpoints/{epoch}/{name}"
            yield from writer.adding_file(f"runs/{run.id}/{file}", run.folder / file)
    except FileNotFoundError as error:
        raise changed from error
    if stamp(run.history_file) != before:
        raise changed


def _told(project: Project) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_with": tlcore.__version__,
        "name": project.dataset.name,
        "dataset": project.dataset.id,
        "datasets": [one.id for one in project.datasets],
        "runs": [run.id for run in project.runs],
        "recipes": [recipe.id for recipe in project.recipes],
        "backbones": [
            {
                "id": one.id,
                "title": clean_text(one.title),
                "origin": clean_text(one.origin),
                "pixels": own_intake.pixels_of(one),
            }
            for one in project.backbones
        ],
    }
