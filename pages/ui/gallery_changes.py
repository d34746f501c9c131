"""What can be done to pictures that were chosen, and to a class: each makes the next version."""

from collections.abc import Sequence

import streamlit as st

from pages.ui import session, state
from pages.ui.messages import literal, one_line, told
from tlcore import datasets, versions
from tlcore.datasets import Dataset, Item
from tlcore.words import tr, trn

Items = tuple[Item, ...]


def show_selected(dataset: Dataset, label: int, items: Sequence[Item]) -> None:
    """Move or delete them; for a row of controls."""
    others = [place for place in range(len(dataset.classes)) if place != label]
    st.selectbox(
        tr("Move to"),
        others,
        format_func=lambda i: one_line(dataset.classes[i]),
        key=f"move_to_{dataset.id}_{label}",
        width=200,
    )
    st.button(
        trn("Move {n:,} picture", "Move {n:,} pictures", len(items)),
        key="move_picked",
        icon=":material/drive_file_move:",
        on_click=_move,
        args=(dataset.id, label, tuple(items)),
    )
    st.button(
        trn("Delete {n:,} picture", "Delete {n:,} pictures", len(items)),
        key="delete_picked",
        icon=":material/delete:",
        on_click=_delete,
        args=(dataset.id, tuple(items)),
        help=tr("From the next version. The version you see keeps them."),
    )


def show_class(dataset: Dataset, label: int) -> None:
    """Rename the class, merge it into another one, remove it."""
    name = dataset.classes[label]
    others = [place for place in range(len(dataset.classes)) if place != label]
    with st.popover(tr("Change the class {class_name}", class_name=literal(name)), icon=":material/edit:"):
        st.text_input(
            tr("New name"),
            name,
            key=f"rename_{dataset.id}_{label}",
            max_chars=versions.MAX_CLASS_NAME_CHARACTERS,
        )
        st.button(
            tr("Rename"),
            key="rename_class",
            icon=":material/edit:",
            on_click=_rename,
            args=(dataset.id, label),
        )
        st.selectbox(
            tr("Merge into"),
            others,
            format_func=lambda i: one_line(dataset.classes[i]),
            key=f"merge_into_{dataset.id}_{label}",
        )
        st.button(
            tr("Merge"), key="merge_class", icon=":material/merge:", on_click=_merge, args=(dataset.id, label)
        )
        st.button(
            tr("Remove the class and its pictures"),
            key="remove_class",
            icon=":material/delete:",
            on_click=_remove,
            args=(dataset.id, label),
            help=tr("From the next version. The version you see keeps them."),
        )


def _take(version: Dataset) -> None:
    state.notes().pop("picked", None)
    state.select(dataset=version.id)


@told
def _move(id: str, label: int, items: Items) -> None:
    dataset = datasets.load(state.workspace(), id)
    to = dataset.classes[session.entered(f"move_to_{id}_{label}")]
    _take(versions.move(state.workspace(), dataset, items, to, out_of=dataset.classes[label]))


@told
def _delete(id: str, items: Items) -> None:
    _take(versions.delete(state.workspace(), datasets.load(state.workspace(), id), items))


@told
def _rename(id: str, label: int) -> None:
    dataset = datasets.load(state.workspace(), id)
    new = session.entered(f"rename_{id}_{label}") or ""
    _take(versions.rename_class(state.workspace(), dataset, dataset.classes[label], new))


@told
def _merge(id: str, label: int) -> None:
    dataset = datasets.load(state.workspace(), id)
    into = dataset.classes[session.entered(f"merge_into_{id}_{label}")]
    merged = versions.merge_classes(state.workspace(), dataset, [dataset.classes[label]], into)
    state.want("class", merged.classes.index(into))
    _take(merged)


@told
def _remove(id: str, label: int) -> None:
    dataset = datasets.load(state.workspace(), id)
    removed = versions.remove_class(state.workspace(), dataset, dataset.classes[label])
    state.want("class", 0)
    _take(removed)
