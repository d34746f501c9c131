"""More pictures for this dataset: into one of its classes, or all those of another dataset."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.ui import messages, session, state
from pages.ui.messages import one_line, told
from tlcore import adding, archives, datasets, versions
from tlcore.datasets import Dataset
from tlcore.sources import Source

# A browser sends more than this unreliably when they are single files; an archive has no such limit.
MOST_FILES = 300


def show_more(dataset: Dataset) -> None:
    """Two ways, each to the next version."""
    with st.expander("Add to these pictures", icon=":material/add_photo_alternate:"):
        _show_class(dataset)
        _show_merge(dataset)


def _show_class(dataset: Dataset) -> None:
    label = st.selectbox(
        "Add to the class",
        range(len(dataset.classes)),
        format_func=lambda i: one_line(dataset.classes[i]),
        key=f"add_to_{dataset.id}",
        width=320,
    )
    files = st.file_uploader(
        f"Pictures, or one archive of them; up to {MOST_FILES} files",
        accept_multiple_files=True,
        key=f"add_files_{dataset.id}",
    )
    if len(files) > MOST_FILES:
        st.error(
            f"{len(files)} files were chosen; {MOST_FILES} is the limit. Zip them.", icon=":material/info:"
        )
        return
    if st.button("Add them", key="add_files", icon=":material/add:", disabled=not files):
        bar = st.progress(0.0, "Reading the pictures …")
        with messages.shown():
            version = adding.add(
                state.workspace(),
                dataset,
                _source(files),
                dataset.classes[label],
                lambda done, total: bar.progress(done / max(1, total), f"{done} of {total} pictures"),
            )
            state.select(dataset=version.id)
            st.rerun()
        bar.empty()


def _source(files: list[UploadedFile]) -> Source:
    uploads = [(file.name, bytes(file.getbuffer())) for file in files]
    # In a folder, because a single file without one is taken for an archive.
    return (
        uploads if len(uploads) == 1 and _is_archive(*uploads[0]) else [(f"new/{n}", c) for n, c in uploads]
    )


def _is_archive(name: str, content: bytes) -> bool:
    return archives.is_zip(content[:4]) or name.casefold().endswith((".tar", ".tar.gz", ".tgz"))


def _show_merge(dataset: Dataset) -> None:
    others = {card.id: card for card in datasets.list_cards(state.workspace()) if card.id != dataset.id}
    if not others:
        return
    st.selectbox(
        "Put together with",
        list(others),
        format_func=lambda id: one_line(
            f"{others[id].name} · version {others[id].version} · {others[id].pictures} pictures · {id}"
        ),
        key=f"merge_with_{dataset.id}",
        help="Classes of the same name become one; a picture that is in both is there once.",
    )
    st.button(
        "Put together", key="merge_datasets", icon=":material/merge:", on_click=_merge, args=(dataset.id,)
    )


@told
def _merge(id: str) -> None:
    workspace = state.workspace()
    other = datasets.load(workspace, session.entered(f"merge_with_{id}"))
    state.select(dataset=versions.merge(workspace, datasets.load(workspace, id), other).id)
