"""More pictures for this dataset: into one of its classes, of the camera, or all those of another dataset."""

import streamlit as st

from pages.ui import messages, session, state
from pages.ui.camera_burst import camera_burst
from pages.ui.folder_drop import folder_drop
from pages.ui.intake import begin_upload
from pages.ui.messages import one_line, told
from tlcore import datasets, versions
from tlcore.datasets import Dataset
from tlcore.words import tr


def show_more(dataset: Dataset) -> None:
    """Three ways, each to the next version."""
    with st.expander(tr("Add to these pictures"), icon=":material/add_photo_alternate:"):
        _show_class(dataset)
        with st.expander(tr("With the camera"), icon=":material/photo_camera:"), messages.shown():
            begin_upload(camera_burst("camera_add", classes=dataset.classes, into=dataset.id))
        _show_merge(dataset)


def _show_class(dataset: Dataset) -> None:
    label = st.selectbox(
        tr("Add to the class"),
        range(len(dataset.classes)),
        format_func=lambda i: one_line(dataset.classes[i]),
        key=f"add_to_{dataset.id}",
        width=320,
    )
    with messages.shown():
        begin_upload(folder_drop("add_pictures", pictures=True, into=dataset.id, to=dataset.classes[label]))


def _show_merge(dataset: Dataset) -> None:
    others = {card.id: card for card in datasets.list_cards(state.workspace()) if card.id != dataset.id}
    if not others:
        return
    st.selectbox(
        tr("Put together with"),
        list(others),
        format_func=lambda id: one_line(
            tr(
                "{name} · version {version} · {pictures} pictures · {id}",
                name=others[id].name,
                version=others[id].version,
                pictures=others[id].pictures,
                id=id,
            )
        ),
        key=f"merge_with_{dataset.id}",
        help=tr("Classes of the same name become one; a picture that is in both is there once."),
    )
    st.button(
        tr("Put together"), key="merge_datasets", icon=":material/merge:", on_click=_merge, args=(dataset.id,)
    )


@told
def _merge(id: str) -> None:
    workspace = state.workspace()
    other = datasets.load(workspace, session.entered(f"merge_with_{id}"))
    state.select(dataset=versions.merge(workspace, datasets.load(workspace, id), other).id)
