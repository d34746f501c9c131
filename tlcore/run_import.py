"""A run from a file that somebody sent: every part is looked at before anything of it is kept.

The model passes the checks of a model that is brought as a backbone, and is written anew; this process never
loads it. A worker does, to make the graph that predictions need.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pydantic import Field

from tlcore import (
    about,
    archives,
    confidence,
    datasets,
    engine,
    imported_model,
    keras_files,
    run_pictures,
    run_records,
    runs,
)
from tlcore.archives import Listing, clean_text
from tlcore.confidence import Choice
from tlcore.datasets import Dataset
from tlcore.engine import Priority
from tlcore.errors import NotSaved, RecipeError, RunError, WorkspaceError
from tlcore.keras_files.archive import MAX_FILE_BYTES
from tlcore.parts import Sent
from tlcore.run_files import CHOICE, DATASET_MANIFEST, FORMAT, IMAGES, MANIFEST, RUN_FILES
from tlcore.run_records import Checked, Record, Said, Sure, damaged
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Workspace, sync_folder, write_atomic, write_json

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
        raise RunError(tr("There is no file {name!r}. Give the path of one that is there.", name=source.name))
    with archives.opened(source) as listing, workspace.scratch() as scratch, full_disk_told():
        sent, manifest = _opened(listing)
        check_is_new(workspace, manifest.run)
        run = records(sent.under("run"), Path(scratch) / "run", manifest.run)
        dataset = _dataset(sent, run, Path(scratch) / "dataset")
        take_model(sent.under("run"), run.folder)
        if dataset is not None and not is_here(workspace, dataset):
            run_pictures.take(workspace, dataset, lambda name: sent.read(f"{IMAGES}/{name}"))
        place(workspace, run.folder, run.id)
    return runs.load(workspace, run.id)


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
                tr(
                    "This run is here already, as {name!r}. Nothing was changed.",
                    name=runs.load(workspace, id).name,
                )
            )
        raise RunError(tr("The run {id} is here already. Nothing was changed.", id=id))
    if (workspace.trash / id).exists():
        raise RunError(tr("This run was deleted here and can be had back from the deleted runs."))


def _opened(listing: Listing) -> tuple[Sent, _Manifest]:
    sent = Sent.of(listing, damaged, RunError(tr("The file holds one part twice. Export the run again.")))
    if MANIFEST not in sent:
        raise RunError(tr("This is no run: the zip has no thaw-run.json. Choose a file that Thaw exported."))
    manifest = run_records.parsed(_Manifest, sent.unchecked(MANIFEST), MANIFEST)
    if manifest.format != FORMAT:
        raise RunError(tr("The file was made by a newer version of Thaw. Update Thaw, and try again."))
    known = {MANIFEST, DATASET_MANIFEST} | {f"run/{name}" for name in (*RUN_FILES, CHOICE)}
    for name in sent.names:
        if name not in known and not name.startswith(f"{IMAGES}/"):
            raise damaged(clean_text(name)[:80])
    archives.check_limits(len(sent.names), sent.size_bytes)
    return sent.known_by(manifest.sha256), manifest


def records(sent: Sent, folder: Path, id: str) -> Run:
    """Write what is small of a run into a new folder, each part as it was understood.

    ``sent``: the parts of this run. Raises RunError, DatasetError.
    """
    for name in RUN_FILES:
        if name not in _OPTIONAL and name not in sent:
            raise damaged(name)
    folder.mkdir()
    record = run_records.parsed(Record, sent.read("run.json"), "run.json")
    recipe = run_records.recipe(sent.read("recipe.json"))
    said = run_records.parsed(Said, sent.read("about.json"), "about.json")
    events = run_records.events(sent.read("history.jsonl"))
    cleaned = run_records.cleaned(record)
    run = Run(**cleaned | {"classes": tuple(record.classes)}, recipe=recipe, folder=folder)
    if record.id != id or any(clean_text(name) != name for name in record.classes):
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
    if "evaluation.json" in sent:
        write_json(run.evaluation_file, run_records.evaluation(sent.read("evaluation.json"), record.classes))
        _choice(sent, run)
    write_json(folder / "run.json", cleaned)
    return run


def _choice(sent: Sent, run: Run) -> None:
    """What was chosen by the evaluation that was sent counts for the one that is kept, which is the same."""
    if CHOICE in sent:
        sure = run_records.parsed(Sure, sent.read(CHOICE), CHOICE)
        if sure.evaluation == sent.sha256("evaluation.json"):
            confidence.keep(run, Choice(sure.temperature, sure.threshold))


def _dataset(sent: Sent, run: Run, folder: Path) -> Dataset | None:
    if DATASET_MANIFEST not in sent:
        return None
    dataset = run_pictures.read(sent.read(DATASET_MANIFEST), folder)
    if (dataset.id, dataset.classes) != (run.dataset_id, run.classes):
        raise damaged("manifest.json")
    return dataset


def is_here(workspace: Workspace, dataset: Dataset) -> bool:
    try:
        return bool(datasets.load(workspace, dataset.id))
    except WorkspaceError:
        return False


def take_model(sent: Sent, folder: Path) -> None:
    """Put the model that was sent, if any, into the run's folder, beside which there is room for a moment.

    Only what was looked at is kept: its listed layers, and its weights. Raises RunError, ModelFileError.
    """
    if "model.keras" not in sent:
        return
    raw, weights = folder.with_suffix(".keras"), folder.with_suffix(".h5")
    sent.copy("model.keras", raw, MAX_FILE_BYTES)
    with keras_files.opened(raw, "model.keras") as file:
        numbers = file.write_weights(weights)
        file.write_clean(folder / "model.keras", weights)
    imported_model.note(folder, numbers)
    for used in (raw, weights):
        used.unlink()


def place(workspace: Workspace, folder: Path, id: str) -> None:
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
def full_disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotSaved(
            tr("The run could not be saved ({strerror}). Free some space.", strerror=error.strerror)
        ) from error
