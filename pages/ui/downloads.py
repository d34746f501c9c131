"""What a browser can take away, each kind with how it is made: as it is sent, or in the workspace's scratch.

None of it is held in memory but what is small.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tlcore import (
    dataset_zip,
    datasets,
    exporters,
    log_jobs,
    model_card,
    project_file,
    run_files,
    run_report,
    runs,
)
from tlcore.errors import NotSaved, RunError
from tlcore.words import tr
from tlcore.workspace import Workspace

PICTURES = "pictures"
"""Behind a run's id: its pictures go along."""
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class Download:
    name: str
    pieces: Iterator[bytes]
    size_bytes: int | None = None
    """None where only the end tells."""
    over: Callable[[], None] = lambda: None
    """To be called once it was sent, or nobody waits for it any more."""


@dataclass(frozen=True)
class Kind:
    make: Callable[..., Download]
    """Takes the workspace, an id and whatever else was asked for. Raises ThawError before the first piece."""
    suffix: str = ".zip"
    media_type: str = "application/zip"


def _dataset(workspace: Workspace, id: str) -> Download:
    dataset = datasets.load(workspace, id)
    return Download(f"{dataset.id}-version-{dataset.version}.zip", dataset_zip.chunks(dataset))


def _project(workspace: Workspace, id: str) -> Download:
    project = project_file.gather(workspace, id)
    return Download(project_file.file_name(project.dataset), project_file.pieces(project))


def _export(workspace: Workspace, id: str, *formats: str) -> Download:
    run = runs.load(workspace, id)
    card = model_card.text(workspace, run)
    return _packed(
        workspace,
        exporters.file_name(run, formats),
        lambda file: exporters.package(workspace, run, formats, file, card),
    )


def _run(workspace: Workspace, id: str, *along: str) -> Download:
    run = runs.load(workspace, id)
    return _packed(
        workspace,
        run_files.file_name(run),
        lambda file: run_files.export(workspace, run, file, with_pictures=PICTURES in along),
    )


def _report(workspace: Workspace, id: str) -> Download:
    run = runs.load(workspace, id)
    return _at_hand(run_report.file_name(run), run_report.html(workspace, run).encode())


def _card(workspace: Workspace, id: str) -> Download:
    run = runs.load(workspace, id)
    return _at_hand(model_card.file_name(run), model_card.text(workspace, run).encode())


def _logs(workspace: Workspace, id: str) -> Download:
    run = runs.load(workspace, id)
    if not log_jobs.look(workspace, run).is_there:
        raise RunError(
            tr(
                "The logs of {name} were not written, or it was trained on since. Write them first.",
                name=run.name,
            )
        )
    return _at_hand(f"thaw-{run.id}-tensorboard.zip", log_jobs.file_of(run).read_bytes())


KINDS = {
    "datasets": Kind(_dataset),
    "projects": Kind(_project, project_file.SUFFIX),
    "exports": Kind(_export),
    "runs": Kind(_run),
    "reports": Kind(_report, ".html", "text/html"),
    "cards": Kind(_card, ".md", "text/markdown"),
    "logs": Kind(_logs),
}


def make(workspace: Workspace, kind: str, what: Sequence[str]) -> Download:
    """Raises ThawError."""
    return KINDS[kind].make(workspace, *what)


def _at_hand(name: str, content: bytes) -> Download:
    return Download(name, iter((content,)), len(content))


def _packed(workspace: Workspace, name: str, write: Callable[[Path], None]) -> Download:
    """A file that is whole before it is sent. It lies in the scratch until then."""
    with ExitStack() as held:
        file = Path(held.enter_context(workspace.scratch())) / name
        try:
            write(file)
        except NotSaved as error:
            # Its own way out is another folder, which nobody chose here.
            reason = getattr(error.__cause__, "strerror", None) or tr("it cannot be written")
            raise NotSaved(
                tr(
                    "{name} could not be made ready ({reason}). Free some space, or reload the page.",
                    name=name,
                    reason=reason,
                )
            ) from error
        opened = held.enter_context(open(file, "rb"))
        pieces = iter(partial(opened.read, _PIECE_BYTES), b"")
        return Download(name, pieces, file.stat().st_size, held.pop_all().close)
