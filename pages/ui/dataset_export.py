"""The pictures of a dataset to take away, and a dataset to delete."""

import streamlit as st

from pages.ui import download_route, guide, state
from pages.ui.messages import literal, told
from tlcore import dataset_removal, dataset_zip, datasets
from tlcore.datasets import Dataset
from tlcore.numbers import bytes_words
from tlcore.words import tr, trn


def show_export(dataset: Dataset) -> None:
    """A zip of class folders, made while it is sent."""
    with st.expander(tr("Take the pictures away"), icon=":material/folder_zip:"):
        st.caption(
            tr(
                "A zip with `train`, `val` and `test`, and in them a folder for each class. Thaw and "
                "other programs take it in as it is. The manifest beside them is plain JSON."
            )
        )
        st.link_button(
            tr("Download the zip, about {size}", size=bytes_words(_size_bytes(dataset.id, dataset))),
            download_route.link(dataset),
            icon=":material/download:",
        )


def show_removal(dataset: Dataset) -> None:
    """Deletes this version for good, once it was asked for twice."""
    with st.expander(tr("Delete this dataset"), icon=":material/delete:"):
        runs = dataset_removal.users(state.workspace(), dataset.id)
        if runs:
            st.caption(
                trn(
                    "{n:,} run used these pictures. Delete them first.",
                    "{n:,} runs used these pictures. Delete them first.",
                    len(runs),
                )
            )
            guide.link(tr("See the runs"), "understand/runs.py", ":material/list_alt:")
            return
        st.caption(
            tr(
                "Version {version} and what was found out about its health. Other versions stay, with "
                "the pictures they share with it.",
                version=dataset.version,
            )
        )
        with st.popover(tr("Delete version {version}", version=dataset.version), icon=":material/delete:"):
            st.markdown(tr("**{name}** cannot be had back.", name=literal(dataset.name)))
            st.button(
                tr("Delete it for good"),
                key="delete_dataset",
                type="primary",
                on_click=_delete,
                args=(dataset.id,),
            )


@told
def _delete(id: str) -> None:
    workspace = state.workspace()
    dataset = datasets.load(workspace, id)
    dataset_removal.remove(workspace, dataset)
    left = {card.id for card in datasets.list_cards(workspace)}
    state.select(dataset=dataset.parent if dataset.parent in left else None)
    state.notes()["deleted_dataset"] = tr(
        "{name}, version {version}, is deleted.", name=dataset.name, version=dataset.version
    )


def show_deleted() -> None:
    sentence = state.notes().pop("deleted_dataset", None)
    if sentence:
        st.success(literal(sentence), icon=":material/check:")


@st.cache_data(max_entries=100, show_spinner=False)
def _size_bytes(id: str, _dataset: Dataset) -> int:
    return dataset_zip.size_bytes(_dataset)
