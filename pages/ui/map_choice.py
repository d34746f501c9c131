"""What of the map is seen, and which of its points are chosen: by a click, around several, or by name."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from pages.ui import picture_sides, session, state
from pages.ui.messages import keep_view, one_line, told
from tlcore.atlas import Charted, figure
from tlcore.datasets import Dataset, Item, Split
from tlcore.words import tr

_CHART = "map_points"
_SEVERAL, _CLICKED, _MARKS = "map_several", "map_clicked", "map_marks"
_MOST_FOUND = 50
_ID_CHARACTERS = 16


def filtered(dataset: Dataset, said: Mapping[int, str]) -> list[int]:
    """The rows that are wanted; without a choice all."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sides = [side for side in Split if dataset.of(side)]
        side = st.segmented_control(
            tr("Side of the split"),
            sides,
            format_func=picture_sides.title,
            key="map_side",
            bind="query-params",
            on_change=keep_view,
            help=tr("Without a choice all are shown."),
        )
        labels = st.multiselect(
            tr("Classes"),
            range(len(dataset.classes)),
            format_func=lambda label: one_line(dataset.classes[label]),
            key="map_classes",
            bind="query-params",
            on_change=keep_view,
            placeholder=tr("All classes"),
            width=320,
        )
        only = bool(said) and st.toggle(
            tr("Mistakes only"), key="map_mistakes", bind="query-params", on_change=keep_view
        )
    return [
        row
        for row, item in enumerate(dataset.items)
        if side in (None, item.split)
        and (not labels or {*labels} & {*item.labels})
        and (row in said or not only)
    ]


def draw(charted: Charted, rows: list[int], said: Mapping[int, str], view: str) -> None:
    if not rows:
        st.caption(tr("No picture fits."))
        return
    st.plotly_chart(
        figure.draw(charted, rows, said, _marked(charted.dataset)),
        key=_CHART,
        on_select=partial(_choose, charted.dataset),
        selection_mode=("points", "lasso"),
        config={"displaylogo": False, "modeBarButtonsToRemove": ["toImage"]},
        alt=tr(
            # Translators: {view} is what the map is made by: what the network sees, or its answers.
            "Map by {view} of {pictures:,} pictures of {classes} classes, {mistakes} of them marked as "
            "mistakes",
            view=view,
            pictures=len(rows),
            classes=len(charted.dataset.classes),
            mistakes=sum(row in said for row in rows),
        ),
    )


def find(dataset: Dataset) -> None:
    """Choosing a picture by its name: without a mouse, or among ten thousand."""
    words = st.text_input(
        tr("Find a picture by its file name"), key="map_find", icon=":material/search:", on_change=keep_view
    )
    needle = words.strip().casefold()
    if not needle:
        return
    found = [item for item in dataset.items if needle in item.name.casefold()]
    if not found:
        st.caption(tr("No file name fits."))
        return
    ids = {_id(item): item for item in found[:_MOST_FOUND]}
    point = state.selected("point")
    st.selectbox(
        tr("Found: {found:,}", found=len(found)),
        list(ids),
        format_func=lambda id: one_line(f"{ids[id].name} · {dataset.classes[ids[id].label]}"),
        key=state.widget("map_found", point if point in ids else None),
        index=None,
        placeholder=tr("Choose a picture"),
        on_change=_take,
    )


def chosen(dataset: Dataset) -> int | None:
    """The row of the point in the URL; None without one, or for one of another dataset."""
    point = state.selected("point")
    return next((row for row, item in enumerate(dataset.items) if _id(item) == point), None)


def several(dataset: Dataset) -> list[int]:
    """The rows that were drawn around; none where one picture or another dataset was chosen since."""
    of, rows = state.notes().get(_SEVERAL, (None, []))
    return rows if of == dataset.id else []


def _marked(dataset: Dataset) -> int | None:
    """The row to be marked on the chart: what was clicked there stands out by itself, until it is drawn anew.

    A mark makes another chart, so there is none before a picture was chosen in another way.
    """
    notes, row = state.notes(), chosen(dataset)
    if row is not None and notes.get(_CLICKED) != _id(dataset.items[row]):
        notes[_MARKS] = True
    return row if notes.get(_MARKS) else None


@told
def _choose(dataset: Dataset) -> None:
    rows = _rows(session.entered(_CHART))
    state.notes()[_SEVERAL] = (dataset.id, rows if len(rows) > 1 else [])
    point = _id(dataset.items[rows[0]]) if len(rows) == 1 else None
    state.notes()[_CLICKED] = point
    state.select(point=point)


@told
def _take() -> None:
    state.notes().pop(_SEVERAL, None)
    state.select(point=state.widget_value("map_found"))


def _rows(event: Any) -> list[int]:
    """Of points that lie in two traces, as mistakes do, once."""
    points = event["selection"]["points"]
    return list(dict.fromkeys(int(point["customdata"]) for point in points if "customdata" in point))


def _id(item: Item) -> str:
    return item.sha256[:_ID_CHARACTERS]
