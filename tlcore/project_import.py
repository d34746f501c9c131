"""A project from a file that somebody sent: every part of it is looked at before anything is kept.

What is here already, by its id, stays as it is: opening a project twice doubles nothing. Runs and models pass
the checks of a run's own file (tlcore/run_import.py), pictures those of an intake.
"""

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tlcore import (
    archives,
    checkpoints,
    datasets,
    own_jobs,
    recipes,
    run_import,
    run_pictures,
    run_records,
    runs,
    sent_checkpoint,
)
from tlcore.archives import Listing, clean_text
from tlcore.backbones import own, own_intake
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import EngineError, NotFound, RecipeError, RunError
from tlcore.keras_files.archive import MAX_FILE_BYTES
from tlcore.parts import Sent
from tlcore.project_file import MANIFEST
from tlcore.project_manifest import CHECKPOINT, SentBackbone, damaged, opened
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Workspace

__all__ = ["Brought", "Tell", "make_ready", "take"]

Tell = Callable[[int, int], None]
"""Takes how many pictures and runs were looked at, and of how many."""


@dataclass(frozen=True)
class Brought:
    """What came in, and what was here already."""

    dataset: Dataset
    """The one that the project was exported from."""
    datasets: tuple[str, ...]
    runs: tuple[str, ...]
    here: int
    """Versions and runs of the file that were here already."""
    notes: tuple[str, ...]
    """A sentence for each thing that could not be brought in."""


def take(
    workspace: Workspace,
    source: Path | IO[bytes],
    tell: Tell = lambda done, total: None,
    *,
    behind_others: bool = True,
) -> Brought:
    """The project of a file that ``project_file`` wrote. Models of people are measured by a worker.

    ``behind_others``: also by one that has something else to do; if not, they are left out, with a note.
    Raises RunError, DatasetError or ModelFileError for a file that is not what it should be: then nothing of
    it is kept; NotFound; WorkspaceError where the disk is full: then what is whole stays, and opening the
    file again goes on.
    """
    if isinstance(source, Path) and not source.is_file():
        raise NotFound(tr("There is no file {name!r}. Give the path of one that is there.", name=source.name))
    with archives.opened(source) as listing, workspace.scratch() as scratch, run_import.full_disk_told():
        opening = _Opening(workspace, listing, Path(scratch), tell, behind_others)
        opening.look()
        return opening.keep()


def make_ready(workspace: Workspace, brought: Brought) -> None:
    """Have a worker make the graphs that predictions need. Raises EngineError."""
    for id in brought.runs:
        run_import.make_ready(workspace, runs.load(workspace, id))


class _Opening:
    """One file: first all of it is looked at, then it is kept."""

    def __init__(
        self, workspace: Workspace, listing: Listing, scratch: Path, tell: Tell, behind_others: bool
    ) -> None:
        self.workspace, self.scratch, self.tell = workspace, scratch, tell
        self.behind_others = behind_others
        self.sent, self.manifest = opened(listing)
        self.datasets: list[Dataset] = []
        self.runs: list[Run] = []
        self.recipes: list[Recipe] = []
        self.models: dict[str, Path] = {}
        self.notes: list[str] = []
        self.refused = 0
        """Runs that stay out, since they lie in the trash here."""
        self.checkpoints: dict[str, list[re.Match[str]]] = {}
        for name in self.sent.names:
            id, _, file = name.removeprefix("runs/").partition("/")
            if match := CHECKPOINT.fullmatch(file):
                self.checkpoints.setdefault(id, []).append(match)
        self.done = 0
        self.total = sum(name.startswith("images/") for name in self.sent.names) + len(self.manifest.runs)

    def look(self) -> None:
        """Everything that can be wrong with the file is found here."""
        said = self.manifest
        known = {id: self._dataset(id) for id in said.datasets}
        if said.dataset not in known or len(known) != len(said.datasets):
            raise damaged(MANIFEST)
        for id in dict.fromkeys(said.runs):
            run = self._run(id)
            if run.dataset_id not in known or run.classes != known[run.dataset_id].classes:
                raise damaged(tr("run {id}", id=id))
            self._count(1)
        for id in said.recipes:
            # Kept under the id that its content has in this version of Thaw.
            self.recipes.append(run_records.recipe(self.sent.read(f"recipes/{id}.json")))
        for backbone in said.backbones:
            model = self.models[backbone.id] = self.scratch / f"{backbone.id}.keras"
            self.sent.copy(f"backbones/{backbone.id}/model.keras", model, MAX_FILE_BYTES)
            name = _model_name(backbone)
            own_intake.check_sent(self.workspace, model, backbone.id, name, backbone.pixels)
        self._pictures()

    def keep(self) -> Brought:
        self._backbones()
        for dataset in self.datasets:
            datasets.keep(self.workspace, dataset)
        # Somebody may have opened the same project meanwhile: what of it lies here still was there then.
        new = sorted(one.id for one in self.datasets if not one.folder.exists())
        came = tuple(run.id for run in self.runs if self._placed(run))
        for recipe in self.recipes:
            recipes.save(self.workspace, recipe)
        here = len(self.manifest.datasets) - len(new) + len(self.manifest.runs) - len(came) - self.refused
        first = datasets.load(self.workspace, self.manifest.dataset)
        return Brought(first, tuple(new), came, here, tuple(self.notes))

    def _dataset(self, id: str) -> Dataset:
        folder = self.scratch / f"dataset-{id}"
        dataset = run_pictures.read(self.sent.read(f"datasets/{id}/manifest.json"), folder)
        if dataset.id != id:
            raise damaged("manifest.json")
        datasets.check(dataset)
        if not run_import.is_here(self.workspace, dataset):
            self.datasets.append(dataset)
        return dataset

    def _run(self, id: str) -> Run:
        """Looked at although it may be here already: a file is good, or it is not."""
        sent, folder = self.sent.under(f"runs/{id}"), self.scratch / f"run-{id}"
        try:
            run = run_import.records(sent, folder, id)
            self._checkpoint(sent, run)
            run_import.take_model(sent, folder)
        except RunError as error:
            raise RunError(
                tr("A run in the file, {id}, cannot be used. {error}", id=id, error=error)
            ) from error
        try:
            run_import.check_is_new(self.workspace, id)
        except RunError as error:
            self._stays_out(run, error)
        else:
            self.runs.append(run)
        return run

    def _placed(self, run: Run) -> bool:
        try:
            run_import.place(self.workspace, run.folder, run.id)
        except RunError as error:
            self._stays_out(run, error)
            return False
        return True

    def _stays_out(self, run: Run, error: RunError) -> None:
        if not (self.workspace.runs / run.id).exists():
            self.refused += 1
            self.notes.append(f"{run.name}: {error}")

    def _checkpoint(self, sent: Sent, run: Run) -> None:
        matches = self.checkpoints.get(run.id, [])
        if not matches:
            return
        if {match[2] for match in matches} != {*checkpoints.FILES} or len({one[1] for one in matches}) != 1:
            raise run_records.damaged(tr("a checkpoint"))
        epoch = int(matches[0][1])
        folder = run.checkpoints / str(epoch)
        folder.mkdir(parents=True)
        for match in matches:
            if match[2].endswith(".json"):
                (folder / match[2]).write_bytes(sent.read(match[0]))
            else:
                sent.copy(match[0], folder / match[2], MAX_FILE_BYTES)
        sent_checkpoint.check(folder, epoch)

    def _pictures(self) -> None:
        """Those of the versions that are not here; each is looked at once, and shared by the versions."""
        first: dict[str, tuple[Path, int, int]] = {}
        for dataset in self.datasets:
            (dataset.folder / "images").mkdir(parents=True)
            for item in {item.file: item for item in dataset.items}.values():
                path, size = dataset.path(item), (item.width_px, item.height_px)
                if item.file not in first:
                    content = self.sent.read(f"images/{item.file}")
                    path.write_bytes(run_pictures.checked(content, item))
                    first[item.file] = (path, *size)
                    self._count(1)
                elif first[item.file][1:] != size:
                    raise damaged(item.file)
                else:
                    datasets.share_file(first[item.file][0], path)

    def _backbones(self) -> None:
        """Measured by a worker. Where one proves to be none, those before it go again."""
        with contextlib.ExitStack() as undo:
            for said in self.manifest.backbones:
                try:
                    own.get(self.workspace, own.PREFIX + said.id)
                except RecipeError:
                    self._backbone(said, undo)
            undo.pop_all()

    def _backbone(self, said: SentBackbone, undo: contextlib.ExitStack) -> None:
        try:
            taken = own_jobs.take(
                self.workspace,
                self.models[said.id],
                name=_model_name(said),
                title=said.title,
                origin=clean_text(said.origin)[:80],
                pixels=said.pixels,
                id=said.id,
                behind_others=self.behind_others,
            )
            undo.callback(self.workspace.discard, taken.folder)
        except EngineError as error:
            self.notes.append(
                tr(
                    "The backbone {title!r} could not be brought in, so its runs can be used, but not be "
                    "trained on. {error} Then open the project again.",
                    title=clean_text(said.title)[:60],
                    error=error,
                )
            )

    def _count(self, count: int) -> None:
        self.done += count
        self.tell(min(self.done, self.total), self.total)


def _model_name(said: SentBackbone) -> str:
    return f"{clean_text(said.title)[:60]}.keras"
