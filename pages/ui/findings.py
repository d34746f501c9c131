"""Findings of one kind: the sentences, the pictures, and a click for each remedy."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from pages.ui import health_remedies as remedies
from pages.ui import messages, state
from pages.ui.messages import literal
from pages.ui.pictures import gallery
from tlcore import health
from tlcore.datasets import Dataset, Split
from tlcore.health import Finding, Kind
from tlcore.words import tr

SHOWN = 6
MOST_PICTURES = 12
# Two of them side by side on a laptop.
CARD_PX = 350

_SIDES = {Split.TRAIN: "training", Split.VAL: "validation", Split.TEST: "test"}
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
                tr("Show {min} more", min=min(SHOWN, len(some) - len(shown))),
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
        what = "Delete these" if kind not in health.SIMILAR else "Keep the largest of each, delete"
        st.button(
            f"{what} {len(spare):,}",
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
        st.caption(
            tr("{MOST_PICTURES} of {items:,} pictures", MOST_PICTURES=MOST_PICTURES, items=len(one.items))
        )
    with st.container(horizontal=True):
        for remedy in _remedies(dataset, one):
            st.button(
                literal(remedy.says),
                icon=f":material/{remedy.icon}:",
                key=f"{remedy.icon}_{remedy.says}_{one.key}",
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
    side = _SIDES[item.split]
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
                "{literal}, {width_px} × {height_px} pixels. The next version of the dataset is without it.",
                literal=literal(item.name),
                width_px=item.width_px,
                height_px=item.height_px,
            ),
        )


class Remedy(NamedTuple):
    says: str
    icon: str
    does: Callable[..., None]
    to: tuple[object, ...] = ()


def _remedies(dataset: Dataset, one: Finding) -> list[Remedy]:
    """Beside keeping it as it is, and deleting single pictures."""
    names = [dataset.classes[label] for label in one.classes]
    if one.kind is Kind.TWO_CLASSES:
        every = "Both" if len(one.items) == 2 else "All"
        held = sorted({dataset.items[row].labels for row in one.items})
        single = [dataset.classes[labels[0]] for labels in held if len(labels) == 1]
        return [
            Remedy(f"{every} to {name}", "drive_file_move", remedies.move, (dataset, one.items, name))
            for name in single
        ]
    if one.kind in (Kind.EXACT, Kind.NEAR) and len(one.items) > 2:
        return [Remedy("Keep only the largest", "filter_1", remedies.delete, (dataset, one.spare))]
    if one.kind is Kind.ALIKE:
        return [
            Remedy(f"Merge into {name}", "merge", remedies.merge_classes, (dataset, names, name))
            for name in names
        ]
    if one.kind is Kind.GIVEAWAY and one.spare:
        return [Remedy("Cut the border off", "crop", remedies.cut_borders, (dataset, one.spare))]
    if one.kind is Kind.IMBALANCE and state.recipe().class_weights == "none":
        return [Remedy("Let rare pictures weigh more", "balance", remedies.weigh_classes)]
    if one.kind is Kind.FEW and not state.recipe().augmentation.changes:
        return [Remedy("Train on changed copies too", "auto_awesome_motion", remedies.train_on_copies)]
    return []
