"""Pictures on a page: small, named, in rows that wrap."""

import io
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from PIL import Image, ImageOps

from pages.ui.messages import literal
from tlcore import images
from tlcore.words import tr

THUMBNAIL_PX = 112


@st.cache_data(max_entries=4000, show_spinner=False)
def _thumbnail(path: str, size_px: int) -> bytes:
    # Pictures are named by their content, so a path never shows another picture later.
    with Image.open(io.BytesIO(images.thumbnail(Path(path), size_px))) as picture:
        # Square, so that a row is even and a tall picture is not stretched to the column's width.
        square = ImageOps.pad(picture, (size_px, size_px), color="white")
    content = io.BytesIO()
    square.save(content, "PNG")
    return content.getvalue()


def gallery(pictures: Sequence[tuple[Path, str, str]], size_px: int = THUMBNAIL_PX) -> None:
    """``pictures``: file, caption, and what it shows for those who do not see it."""
    with st.container(horizontal=True):
        for path, caption, alt in pictures:
            if not path.is_file():
                st.text(tr("{caption} (the picture was deleted)", caption=caption))
                continue
            st.image(_thumbnail(str(path), size_px), caption=literal(caption) or None, alt=alt, width=size_px)
