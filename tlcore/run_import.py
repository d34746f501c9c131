"""A run from a file that somebody sent: every part is looked at before anything of it is kept.

The model passes the checks of a model that is brought as a backbone, and is written anew; this process never
loads it. A worker does, to make the graph that predictions need.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pydantic import Field

from tlcore import (
    about,
    archives,
    datasets,
    engine,
    imported_model,
    keras_files,
    run_pictures,
    run_records,
    runs,
)
from tlcore.archives import Found, Listing, clean_text
from tlcore.datasets import Dataset
from tlcore.engine import Priority
from tlcore.errors import NotSaved, RecipeError, RunError, WorkspaceError
from tlcore.keras_files.archive import MAX_FILE_BYTES
from tlcore.run_files import DATASET_MANIFEST, FORMAT, IMAGES, MANIFEST, RUN_FILES
from tlcore.run_records import Checked, Record, Said, damaged
from tlcore.runs import Run
from tlcore.workspace import Workspace, sync_folder, write_atomic, write_json

_MAX_JSON_BYTES = 150 * 10**6
_OPTIONAL = {"evaluation.json", "model.keras"}


class _DatasetSaid(Checked):
    id: str = Field(pattern=run_records.DATASET_ID)
    name: str
    pictures: bool


class _Manifest(Checked):
    format: int
    made_with: str = Field(max_length=40)
    run: str = Field(pattern=run_records.RUN_ID)
    dataset: _DatasetSaid
    sha256: dict[str, str]


def take(workspace: Workspace, source: Path | IO[bytes]) -> Run:
    """The run of a file that ``run_files.export`` wrote; its pictures too, where they are in it and not here.

    Raises RunError where the run is here already, or the file is not what it should be; DatasetError,
    ModelFileError, WorkspaceError. Nothing is left of a run that is refused.
    """
    if isinstance(source, Path) and not source.is_file():
        raise RunError(f"There is no file {source.name!r}. Give the path of one that is there.")
    with archives.opened(source) as listing, workspace.scratch() as scratch, _full_disk_told():
        sent = _Sent(listing)
        check_is_new(workspace, sent.manifest.run)
        folder = Path(scratch) / "run"
        folder.mkdir()
        record = _records(sent, folder)
        dataset = _dataset(sent, record, Path(scratch) / "dataset")
        if "run/model.keras" in sent.files:
            _model(sent, Path(scratch), folder)
        if dataset is not None and not _is_here(workspace, dataset):
            run_pictures.take(workspace, dataset, lambda name: sent.read(f"{IMAGES}/{name}"))
        _place(workspace, folder, record.id)
    return runs.load(workspace, record.id)


def make_ready(workspace: Workspace, run: Run) -> None:
    """Have a worker make the graph that predictions need; asking twice is asking once. Raises EngineError."""
    if imported_model.needs_graph(run):
        crew = engine.start_or_find(workspace)
        home = str(workspace.home)
        crew.submit(f"graph-{run.id}", imported_model.graph_job, home, run.id, priority=Priority.QUICK)


def check_is_new(workspace: Workspace, id: str) -> None:
    """Raises RunError where a run of this id is here, or in the trash."""
    if (workspace.runs / id).exists():
        with contextlib.suppress(WorkspaceError):
            raise RunError(
                f"This run is here already, as {runs.load(workspace, id).name!r}. Nothing was changed."
            )
        raise RunError(f"The run {id} is here already. Nothing was changed.")
    if (workspace.trash / id).exists():
        raise RunError("This run was deleted here and can be had back from the deleted runs.")


class _Sent:
    """The parts of a file, read with their hashes checked."""

    def __init__(self, listing: Listing) -> None:
        self.files: dict[str, Found] = {}
        if listing.skipped:
            raise damaged(clean_text(listing.skipped[0][0])[:80])
        for found in listing.files:
            if found.name in self.files:
                raise RunError("The file holds one part twice. Export the run again.")
            self.files[found.name] = found
        if MANIFEST not in self.files:
            raise RunError("This is no run: the zip has no thaw-run.json. Choose a file that Thaw exported.")
        self.manifest = run_records.parsed(_Manifest, self._content(MANIFEST), MANIFEST)
        if self.manifest.format != FORMAT:
            raise RunError("The file was made by a newer version of Thaw. Update Thaw, and try again.")
        self._check_names()

    def _check_names(self) -> None:
        known = {MANIFEST, DATASET_MANIFEST} | {f"run/{name}" for name in RUN_FILES}
        for name in self.files:
            if name not in known and not name.startswith(f"{IMAGES}/"):
                raise damaged(clean_text(name)[:80])
        for name in RUN_FILES:
            if name not in _OPTIONAL and f"run/{name}" not in self.files:
                raise damaged(name)
        archives.check_limits(len(self.files), sum(found.size_bytes for found in self.files.values()))

    def read(self, name: str) -> bytes:
        """Raises RunError for a part that is missing or was changed, DatasetError for a damaged zip."""
        content = self._content(name)
        if hashlib.sha256(content).hexdigest() != self.manifest.sha256.get(name):
            raise damaged(name.rpartition("/")[2])
        return content

    def _content(self, name: str) -> bytes:
        found = self.files.get(name)
        if found is None or found.size_bytes > _MAX_JSON_BYTES:
            raise damaged(name.rpartition("/")[2])
        return found.read()

    def copy(self, name: str, target: Path, limit_bytes: int) -> None:
        """What is too large for the memory."""
        found, digest = self.files[name], hashlib.sha256()
        if found.chunks is None:
            raise damaged(name)
        with open(target, "wb") as file:
            for chunk in found.chunks(limit_bytes):
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != self.manifest.sha256.get(name):
            raise damaged(name.rpartition("/")[2])


def _records(sent: _Sent, folder: Path) -> Record:
    """Write what is small of the run, each part as it was understood."""
    record = run_records.parsed(Record, sent.read("run/run.json"), "run.json")
    recipe = run_records.recipe(sent.read("run/recipe.json"))
    said = run_records.parsed(Said, sent.read("run/about.json"), "about.json")
    events = run_records.events(sent.read("run/history.jsonl"))
    cleaned = run_records.cleaned(record)
    run = Run(**cleaned | {"classes": tuple(record.classes)}, recipe=recipe, folder=folder)
    if record.id != sent.manifest.run or any(clean_text(name) != name for name in record.classes):
        raise damaged("run.json")
    try:
        # Whatever any page asks of a run can be answered.
        _ = run.output, runs.progress(run, events, alive=False)
    except RecipeError as error:
        raise damaged("recipe.json") from error
    if any(event.get("phase", 0) >= len(recipe.phases) for event in events):
        raise damaged("history.jsonl")
    write_json(folder / "recipe.json", recipe.to_json())
    write_json(folder / "about.json", {"name": clean_text(said.name), "note": about.clean_note(said.note)})
    write_atomic(run.history_file, run_records.lines(events))
    if "run/evaluation.json" in sent.files:
        write_json(
            run.evaluation_file, run_records.evaluation(sent.read("run/evaluation.json"), record.classes)
        )
    write_json(folder / "run.json", cleaned)
    return record


def _dataset(sent: _Sent, record: Record, folder: Path) -> Dataset | None:
    if DATASET_MANIFEST not in sent.files:
        return None
    dataset = run_pictures.read(sent.read(DATASET_MANIFEST), folder)
    if (dataset.id, list(dataset.classes)) != (record.dataset_id, record.classes):
        raise damaged("manifest.json")
    return dataset


def _is_here(workspace: Workspace, dataset: Dataset) -> bool:
    try:
        return bool(datasets.load(workspace, dataset.id))
    except WorkspaceError:
        return False


def _model(sent: _Sent, scratch: Path, folder: Path) -> None:
    """Only what was looked at is kept of the model: its listed layers, and its weights."""
    raw, weights = scratch / "model.keras", scratch / "weights.h5"
    sent.copy("run/model.keras", raw, MAX_FILE_BYTES)
    with keras_files.opened(raw, "model.keras") as file:
        numbers = file.write_weights(weights)
        file.write_clean(folder / "model.keras", weights)
    imported_model.note(folder, numbers)


def _place(workspace: Workspace, folder: Path, id: str) -> None:
    """Rename the finished folder to its place, so that there is never half a run."""
    workspace.runs.mkdir(parents=True, exist_ok=True)
    try:
        os.rename(folder, workspace.runs / id)
    except OSError:
        # Two people may bring the same at once.
        check_is_new(workspace, id)
        raise
    sync_folder(workspace.runs)


@contextlib.contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotSaved(f"The run could not be saved ({error.strerror}). Free some space.") from error
