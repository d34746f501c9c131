"""A whole project taken away as one file, and one opened, on the Data page."""

from pathlib import Path
from typing import IO

import streamlit as st

from pages.ui import download_route, state, upload_route
from pages.ui.messages import keep_view, literal, shown
from tlcore import project_file, project_import, runs, words
from tlcore.datasets import Dataset
from tlcore.errors import EngineError, NotFound
from tlcore.numbers import bytes_words
from tlcore.project_import import Brought
from tlcore.words import tr, trn

_NOTE = "opened_project"


def show_hand_over(dataset: Dataset) -> None:
    """A file with all versions, their runs and recipes, made while it is sent."""
    panel = st.expander(tr("Hand over"), icon=":material/inventory_2:", key="hand_over", on_change=keep_view)
    if not panel.open:
        return
    with panel, shown():
        of = tuple(card.id for card in project_file.versions(state.workspace(), dataset.id))
        trained = tuple(run.id for run in runs.list_all(state.workspace()) if run.dataset_id in of)
        size, left_out = _look(dataset.id, of, trained, words.language())
        st.caption(
            tr(
                "The whole project as one file, for another Thaw to open: {versions} of the dataset, and "
                "{runs} with recipe, history, figures and model. What is computed again there does not "
                "travel.",
                versions=_counted_versions(len(of)),
                runs=_counted_runs(len(trained)),
            )
        )
        for sentence in left_out:
            st.caption(f":material/info: {literal(sentence)}")
        st.link_button(
            tr("Download the project, about {size}", size=bytes_words(size)),
            download_route.project_link(dataset),
            icon=":material/download:",
        )


# It asks the engine, and looks at every file: not at each click.
@st.cache_data(max_entries=50, ttl=10, show_spinner=False)
def _look(
    id: str, _versions: tuple[str, ...], _runs: tuple[str, ...], language: str
) -> tuple[int, tuple[str, ...]]:
    project = project_file.gather(state.workspace(), id)
    return project.size_bytes, project.left_out


def show_open() -> None:
    """An expander; the dataset of a project that was opened is chosen."""
    panel = st.expander(
        tr("Open a project"), icon=":material/unarchive:", key="open_project", on_change=keep_view
    )
    if not panel.open:
        return
    with panel:
        st.caption(
            tr(
                "A file that was handed over: a dataset with its versions, runs and recipes. It is "
                "looked through first, no code in it is run, and what is here already stays as it is."
            )
        )
        file = st.file_uploader(
            tr("A project"), type=[project_file.SUFFIX.removeprefix(".")], key="upload_project"
        )
        if st.button(tr("Open it"), disabled=file is None, icon=":material/check:") and file is not None:
            _open(file)
        if upload_route.is_local(st.context.headers):
            with st.form("project_path", border=False):
                given = st.text_input(
                    tr("Or a file of this computer"),
                    placeholder=tr("The path of a .thaw file"),
                    help=tr("It is read where it lies, and nothing is sent."),
                )
                if (
                    st.form_submit_button(tr("Open this file"), icon=":material/folder_open:")
                    and given.strip()
                ):
                    _open_path(given)


def _open_path(given: str) -> None:
    path = Path(given.strip().strip('"')).expanduser()
    with shown():
        if not path.is_absolute() or not path.is_file():
            raise NotFound(
                tr("There is no file of this name. Give the whole path, as your file manager shows it.")
            )
        _open(path)


def _open(source: Path | IO[bytes]) -> None:
    with shown():
        bar = st.progress(0.0, tr("Looking through the file …"))
        brought = project_import.take(
            state.workspace(),
            source,
            lambda done, total: bar.progress(done / max(1, total), _looked_at(done, total)),
            behind_others=False,
        )
        sentences = [_words(brought), *brought.notes]
        try:
            project_import.make_ready(state.workspace(), brought)
        except EngineError as error:
            sentences.append(tr("The models could not be made ready for predictions. {why}", why=str(error)))
        state.notes()[_NOTE] = sentences
        state.select(dataset=brought.dataset.id, run=brought.runs[0] if brought.runs else None)
        st.rerun()


def _looked_at(done: int, total: int) -> str:
    return tr("Looked at {done:,} of {total:,}", done=done, total=total)


def _words(brought: Brought) -> str:
    name, came = brought.dataset.name, len(brought.datasets)
    versions, runs = _counted_versions(came), _counted_runs(len(brought.runs))
    if not brought.here:
        return tr(
            "The project {name} is open: {versions} and {runs} came in.",
            name=name,
            versions=versions,
            runs=runs,
        )
    return tr(
        "The project {name} is open: {versions} and {runs} came in; {here} of the file's were here already.",
        name=name,
        versions=versions,
        runs=runs,
        here=brought.here,
    )


def _counted_versions(count: int) -> str:
    return trn("{n:,} version", "{n:,} versions", count)


def _counted_runs(count: int) -> str:
    return trn("{n:,} run", "{n:,} runs", count)


def show_opened() -> None:
    """What became of a project that was opened just now."""
    first, *notes = state.notes().pop(_NOTE, None) or [""]
    if first:
        st.success(literal(first), icon=":material/check:")
    for note in notes:
        st.warning(literal(note), icon=":material/info:")
