"""Taking pictures in as people start, watch and stop it: a record, and the engine's job, kept in step."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from tlcore import engine, held_jobs, intake_process, intake_records, uploads
from tlcore.archives import clean_text
from tlcore.engine import Engine, Priority
from tlcore.errors import EngineError
from tlcore.intake_records import Intake, Look
from tlcore.uploads import Upload
from tlcore.words import tr
from tlcore.workspace import Workspace

__all__ = ["again", "look", "start", "start_upload", "stop"]


def start(
    workspace: Workspace,
    source: Path,
    *,
    name: str,
    owner: str = "",
    called: str = "",
    upload: str = "",
    missing: Sequence[str] = (),
    own_split: bool = True,
    into: str = "",
    to: str = "",
) -> Intake:
    """Queue the intake of a folder or an archive in the engine, which is started if need be.

    ``into``: the id of a dataset whose next version has the pictures too, in class ``to`` of it or, without
    one, in the classes that the source says.

    Raises WorkspaceError or EngineError before anything is queued.
    """
    # First: starting takes a moment, and nobody should find a record without a job.
    crew = engine.start_or_find(workspace)
    record = intake_records.create(
        workspace,
        source,
        name=clean_text(name) or tr("Pictures"),
        called=called,
        upload=upload,
        missing=missing,
        own_split=own_split,
        into=into,
        to=to,
    )
    try:
        _submit(crew, workspace, record, owner)
    except EngineError:
        shutil.rmtree(record.folder, ignore_errors=True)
        raise
    return record


def start_upload(
    workspace: Workspace,
    upload: Upload,
    *,
    owner: str = "",
    missing: Sequence[str] = (),
    into: str = "",
    to: str = "",
) -> Intake:
    """Queue the intake of what a browser has sent; it is removed when it has become a dataset, or cannot."""
    name = upload.name
    if upload.kind is uploads.Kind.ARCHIVE:
        for ending in (".gz", ".tgz", ".tar", ".zip"):
            name = name.removesuffix(ending)
    return start(
        workspace,
        upload.data,
        name=name,
        called=upload.name,
        upload=upload.id,
        missing=missing,
        owner=owner,
        into=into,
        to=to,
    )


def again(workspace: Workspace, record: Intake, *, owner: str = "") -> None:
    """Go on with one that was interrupted: what it had read is not read again. Raises EngineError."""
    crew = engine.start_or_find(workspace)
    record.stop_file.unlink(missing_ok=True)
    if record.job_key not in crew.jobs():
        record.record("queued")
    _submit(crew, workspace, record, owner)


def _submit(crew: Engine, workspace: Workspace, record: Intake, owner: str) -> None:
    crew.submit(
        record.job_key,
        intake_process.run_job,
        str(workspace.home),
        record.id,
        owner=owner,
        priority=Priority.LIGHT,
    )


def look(workspace: Workspace, record: Intake) -> Look:
    """How far it is now."""
    found = intake_records.look(record, alive=True)
    if found.status.final:
        return found
    alive = held_jobs.holds(workspace, record.job_key)
    # Read again after asking: it may have ended between the first look and the question.
    return intake_records.look(record, alive=alive)


def stop(workspace: Workspace, record: Intake) -> None:
    """At once when it is queued, else within a second or a picture. Asking twice is asking once."""
    if intake_records.look(record, alive=True).status.final:
        return
    record.stop_file.touch()
    crew = engine.find(workspace)
    try:
        if crew is None or crew.cancel(record.job_key) or record.job_key not in crew.jobs():
            record.record("stopped")
    except EngineError:
        # It looks for the stop file itself, if it still reads.
        return
