"""Pictures on a page: small, named, in rows that wrap."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from pages.ui import state
from pages.ui.messages import literal
from tlcore import thumbnails
from tlcore.words import tr

THUMBNAIL_PX = 112


def gallery(pictures: Sequence[tuple[Path, str, str]], size_px: int = THUMBNAIL_PX) -> None:
    """``pictures``: file, caption, and what it shows for those who do not see it."""
    small = thumbnails.of_each(state.workspace(), [path for path, _, _ in pictures], size_px)
    with st.container(horizontal=True):
        for content, (_, caption, alt) in zip(small, pictures, strict=True):
            if content is None:
                st.text(tr("{caption} (the picture was deleted)", caption=caption))
                continue
            st.image(content, caption=literal(caption) or None, alt=alt, width=size_px)
