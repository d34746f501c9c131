"""The pictures of a class: pages of thumbnails to look through, search, and choose from."""

import re
from dataclasses import dataclass

import streamlit as st

from pages.ui import fragments, gallery_changes, picture_sides, state
from pages.ui.messages import keep_view, literal, one_line, told
from tlcore import thumbnails
from tlcore.datasets import Dataset, Item, Split
from tlcore.words import tr

PER_PAGE = 36
TILE_PX = 122
# Sharp on a screen of several pixels per point.
_FILE_PX = 224
_NAME_CHARACTERS = 24
# Words with single marks between them, which Markdown shows as they are; www. would become a link.
_PLAIN = re.compile(r"(?!.*www\.)[^\W_]+([ ._-][^\W_]+)*…?", re.IGNORECASE)


@dataclass(frozen=True)
class View:
    """What of the dataset is looked at: pictures of one class, as places among the items."""

    dataset: Dataset
    label: int
    places: tuple[int, ...]

    @property
    def of(self) -> tuple[str, int]:
        return self.dataset.id, self.label


def show_gallery(dataset: Dataset) -> None:
    """Draws the pictures; only this part is drawn anew while somebody looks and chooses."""
    fragments.draw(dataset, _show)


def _show(dataset: Dataset) -> None:
    view = _filtered(dataset)
    shown = _page_of(view)
    picked = _picked(view)
    _show_bar(view, shown, picked)
    _show_tiles(view, shown, picked)
    gallery_changes.show_class(dataset, view.label)


def _filtered(dataset: Dataset) -> View:
    classes = list(dataset.classes)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox(
            tr("Class"),
            range(len(classes)),
            format_func=lambda i: one_line(classes[i]),
            key="class",
            bind="query-params",
            on_change=keep_view,
            width=260,
        )
        words = st.text_input(
            tr("Search file names"),
            key="gallery_search",
            on_change=keep_view,
            width=220,
            icon=":material/search:",
        )
        sides = [side for side in Split if dataset.of(side)]
        side = st.segmented_control(
            tr("Side of the split"),
            sides,
            format_func=picture_sides.title,
            key="gallery_side",
            on_change=keep_view,
            help=tr("Without a choice all are shown."),
        )
    needle = words.strip().casefold()
    places = (
        place
        for place, item in enumerate(dataset.items)
        if label in item.labels and side in (None, item.split) and needle in item.name.casefold()
    )
    return View(dataset, label, tuple(places))


def _page_of(view: View) -> tuple[int, ...]:
    """The places on the page that is turned to."""
    count = len(view.places)
    number = 1
    if count > PER_PAGE:
        number = st.pagination(
            -(-count // PER_PAGE),
            # Another class or search begins on its first page.
            key=f"gallery_page_{hash((view.of, view.places))}",
            on_change=keep_view,
        )
    shown = view.places[(number - 1) * PER_PAGE : number * PER_PAGE]
    if not count:
        st.caption(tr("No picture of this class fits."))
    elif count > PER_PAGE:
        first = (number - 1) * PER_PAGE + 1
        st.caption(
            tr(
                "Pictures {first}–{last} of {pictures:,}",
                first=first,
                last=first + len(shown) - 1,
                pictures=count,
            )
        )
    return shown


def _picked(view: View) -> set[int]:
    """The chosen places; none after another class or version is looked at."""
    of, places = state.notes().get("picked", (None, set()))
    return places if of == view.of else set()


def _show_bar(view: View, shown: tuple[int, ...], picked: set[int]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            tr("Select all shown"),
            key="pick_all",
            icon=":material/select_all:",
            disabled=not {*shown} - picked,
            on_click=_pick_all,
            args=(view.of, shown),
        )
        if not picked:
            return
        st.button(tr("Clear selection"), key="pick_none", icon=":material/deselect:", on_click=_pick_none)
        items = [view.dataset.items[place] for place in sorted(picked)]
        gallery_changes.show_selected(view.dataset, view.label, items)


def _show_tiles(view: View, shown: tuple[int, ...], picked: set[int]) -> None:
    items = [view.dataset.items[place] for place in shown]
    small = thumbnails.of_each(state.workspace(), [view.dataset.path(item) for item in items], _FILE_PX)
    with st.container(horizontal=True, key="gallery_tiles"):
        for place, item, content in zip(shown, items, small, strict=True):
            with st.container(width=TILE_PX, gap="xsmall"):
                if content is None:
                    st.text(tr("The picture is missing."))
                else:
                    # Not the width in numbers: Streamlit would make it smaller, and blurred, at each look.
                    st.image(content, width="stretch", alt=_alt(view.dataset, item))
                st.checkbox(
                    _label_of(item.name),
                    key=state.widget(f"pick_{view.dataset.id}_{place}", place in picked),
                    on_change=_pick,
                    args=(view.of, place),
                )


def _alt(dataset: Dataset, item: Item) -> str:
    names = ", ".join(dataset.classes[label] for label in item.labels)
    return f"{names}: {item.name}, {picture_sides.word(item.split)}"


def _label_of(name: str) -> str:
    """The beginning of a name, without escapes where none are needed: screen readers would read them out."""
    short = name if len(name) <= _NAME_CHARACTERS else f"{name[: _NAME_CHARACTERS - 1]}…"
    return short if _PLAIN.fullmatch(short) else literal(short)


@told
def _pick(of: tuple[str, int], place: int) -> None:
    known, places = state.notes().get("picked", (None, set()))
    kept = places if known == of else set()
    chosen = state.widget_value(f"pick_{of[0]}_{place}")
    state.notes()["picked"] = (of, kept | {place} if chosen else kept - {place})


@told
def _pick_all(of: tuple[str, int], shown: tuple[int, ...]) -> None:
    known, places = state.notes().get("picked", (None, set()))
    state.notes()["picked"] = (of, (places if known == of else set()) | {*shown})


@told
def _pick_none() -> None:
    state.notes().pop("picked", None)
