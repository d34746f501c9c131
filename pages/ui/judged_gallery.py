"""Pictures that a model judged, page by page; a click opens one."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

import streamlit as st

from pages.ui import state
from pages.ui.messages import keep_view, literal, told
from tlcore import judged_words, thumbnails
from tlcore.evaluation import Judged, SplitEvaluation
from tlcore.runs import Run
from tlcore.words import tr

PER_PAGE = 24
TILE_PX = 140
# Sharp on a screen of several pixels per point.
FILE_PX = 224


class _Filed(Protocol):
    @property
    def file(self) -> str: ...


_Kind = TypeVar("_Kind", bound=_Filed)


def show(run: Run, result: SplitEvaluation, pictures: Sequence[Judged], key: str) -> None:
    """``key``: tells this gallery from others on the page."""
    shown = page_of(pictures, key, PER_PAGE)
    folder = state.workspace().datasets / run.dataset_id / "images"
    small = thumbnails.of_each(state.workspace(), [folder / one.file for one in shown], FILE_PX)
    with st.container(horizontal=True):
        for place, (one, content) in enumerate(zip(shown, small, strict=True)):
            with st.container(width=TILE_PX, gap="xsmall"):
                if content is None:
                    st.text(tr("The picture was deleted."))
                else:
                    st.image(content, width="stretch", alt=judged_words.alt(run, result, one))
                st.button(
                    literal(judged_words.caption(run, result, one)),
                    key=f"{key}_{place}",
                    type="tertiary",
                    wrap=True,
                    help=tr("Open the picture"),
                    on_click=_open,
                    args=(one.file,),
                )


def page_of(pictures: Sequence[_Kind], key: str, per_page: int) -> Sequence[_Kind]:
    """Those on the page that is turned to, with the means to turn it where there are several."""
    if len(pictures) <= per_page:
        return pictures
    # Other pictures begin on their first page.
    of = hash(tuple(one.file for one in pictures))
    number = st.pagination(-(-len(pictures) // per_page), key=f"{key}_page_{of}", on_change=keep_view)
    shown = pictures[(number - 1) * per_page : number * per_page]
    first = (number - 1) * per_page + 1
    st.caption(
        tr(
            "Pictures {first}–{last} of {pictures:,}",
            first=first,
            last=first + len(shown) - 1,
            pictures=len(pictures),
        )
    )
    return shown


@told
def _open(file: str) -> None:
    state.select(judged=file)
