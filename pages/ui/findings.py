"""Findings of one kind: the sentences, the pictures, and a click for each remedy."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from pages.ui import health_remedies as remedies
from pages.ui import messages, picture_sides, state
from pages.ui.messages import literal
from pages.ui.pictures import gallery
from tlcore import health
from tlcore.datasets import Dataset
from tlcore.health import Finding, Kind
from tlcore.words import tr

SHOWN = 6
MOST_PICTURES = 12
# Two of them side by side on a laptop.
CARD_PX = 350

_DELETED_ONE_BY_ONE = (*health.SIMILAR, Kind.BLURRED, Kind.EMPTY, Kind.TINY)


def show(dataset: Dataset, kind: Kind, some: list[Finding]) -> None:
    more = f"health_more_{kind}"
    shown = some[: state.notes().get(more, SHOWN)]
    with st.container(horizontal=True):
        for one in shown:
            with st.container(border=True, width=CARD_PX if len(one.items) <= 2 else "stretch"):
                _show_one(dataset, one)
    with st.container(horizontal=True):
        if len(shown) < len(some):
            st.button(
                tr("Show {findings} more", findings=min(SHOWN, len(some) - len(shown))),
                key=more,
                on_click=_show_more,
                args=(more, len(shown) + SHOWN),
            )
        if len(some) > 1:
            _for_all(dataset, kind, some)


@messages.told
def _show_more(note: str, count: int) -> None:
    state.notes()[note] = count


def _for_all(dataset: Dataset, kind: Kind, some: list[Finding]) -> None:
    spare = sorted({row for one in some for row in one.spare})
    if spare and kind in _DELETED_ONE_BY_ONE:
        st.button(
            tr("Keep the largest of each, delete {pictures:,}", pictures=len(spare))
            if kind in health.SIMILAR
            else tr("Delete these {pictures:,}", pictures=len(spare)),
            icon=":material/delete:",
            key=f"delete_all_{kind}",
            on_click=remedies.delete,
            args=(dataset, spare),
        )
    st.button(
        tr("Keep all as they are"),
        icon=":material/bookmark:",
        key=f"keep_all_{kind}",
        on_click=remedies.keep,
        args=(some,),
    )


def _show_one(dataset: Dataset, one: Finding) -> None:
    st.text(one.sentence)
    with st.container(horizontal=True):
        for row in one.items[:MOST_PICTURES]:
            with st.container(width=130):
                _show_picture(dataset, one, row)
    if len(one.items) > MOST_PICTURES:
        st.caption(tr("{shown} of {pictures:,} pictures", shown=MOST_PICTURES, pictures=len(one.items)))
    with st.container(horizontal=True):
        for remedy in _remedies(dataset, one):
            st.button(
                literal(remedy.says),
                icon=f":material/{remedy.icon}:",
                key=f"{remedy.icon}_{remedy.of}_{one.key}",
                on_click=remedy.does,
                args=remedy.to,
            )
        st.button(
            tr("Keep as it is"),
            icon=":material/bookmark:",
            key=f"keep_{one.key}",
            on_click=remedies.keep,
            args=([one],),
            help=tr("It is right so, and not shown again."),
        )


def _show_picture(dataset: Dataset, one: Finding, row: int) -> None:
    item = dataset.items[row]
    names = ", ".join(dataset.classes[label] for label in item.labels)
    side = picture_sides.word(item.split)
    # Where all are of one class, the sentence names it.
    caption = side if one.kind in (Kind.NEAR, Kind.EXACT) else f"{names[:40]}, {side}"
    gallery([(dataset.path(item), caption, f"{names}: {item.name}")])
    if one.kind in _DELETED_ONE_BY_ONE and len(one.items) <= MOST_PICTURES:
        st.button(
            tr("Delete"),
            key=f"delete_{one.key}_{row}",
            on_click=remedies.delete,
            args=(dataset, [row]),
            help=tr(
                "{file}, {width_px} × {height_px} pixels. The next version of the dataset is without it.",
                file=literal(item.name),
                width_px=item.width_px,
                height_px=item.height_px,
            ),
        )


class Remedy(NamedTuple):
    says: str
    icon: str
    does: Callable[..., None]
    to: tuple[object, ...] = ()
    of: str = ""
    """The class that it is about, where there is one remedy for each of several."""


def _remedies(dataset: Dataset, one: Finding) -> list[Remedy]:
    """Beside keeping it as it is, and deleting single pictures."""
    if one.kind is Kind.TWO_CLASSES:
        return _moves(dataset, one)
    if one.kind in (Kind.EXACT, Kind.NEAR) and len(one.items) > 2:
        return [Remedy(tr("Keep only the largest"), "filter_1", remedies.delete, (dataset, one.spare))]
    if one.kind is Kind.ALIKE:
        return _merges(dataset, one)
    if one.kind is Kind.GIVEAWAY and one.spare:
        return [Remedy(tr("Cut the border off"), "crop", remedies.cut_borders, (dataset, one.spare))]
    if one.kind is Kind.IMBALANCE and state.recipe().class_weights == "none":
        return [Remedy(tr("Let rare pictures weigh more"), "balance", remedies.weigh_classes)]
    if one.kind is Kind.FEW and not state.recipe().augmentation.changes:
        return [Remedy(tr("Train on changed copies too"), "auto_awesome_motion", remedies.train_on_copies)]
    return []


def _moves(dataset: Dataset, one: Finding) -> list[Remedy]:
    held = sorted({dataset.items[row].labels for row in one.items})
    names = [dataset.classes[labels[0]] for labels in held if len(labels) == 1]
    return [
        Remedy(
            tr("Both to {class_name}", class_name=name)
            if len(one.items) == 2
            else tr("All to {class_name}", class_name=name),
            "drive_file_move",
            remedies.move,
            (dataset, one.items, name),
            of=name,
        )
        for name in names
    ]


def _merges(dataset: Dataset, one: Finding) -> list[Remedy]:
    names = [dataset.classes[label] for label in one.classes]
    return [
        Remedy(
            tr("Merge into {class_name}", class_name=name),
            "merge",
            remedies.merge_classes,
            (dataset, names, name),
            of=name,
        )
        for name in names
    ]
