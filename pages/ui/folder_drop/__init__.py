"""Where a person drops a folder or an archive: the browser shrinks pictures and sends all in small pieces.

Streamlit's own uploader keeps every file in memory, and loses some of a folder of thousands without a word.
"""

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import sending
from pages.ui.sending import Sent

__all__ = ["folder_drop"]

# Longer than any picture that is read.
_ANY_PX = 1_000_000


def folder_drop(
    key: str, *, pictures: bool = False, whole: bool = False, into: str = "", to: str = ""
) -> Sent | None:
    """Draws the place to drop at; what was sent comes once. Raises NotFound for an upload that is gone.

    ``pictures``: single ones may be chosen and pasted too, for where no folder has to say their class.
    ``whole``: they are sent as they are, not made smaller.
    ``into``, ``to``: the dataset and the class that they are for.
    """
    _component()(
        data=sending.data(key, into=into, to=to)
        | {"pictures": pictures}
        | ({"longest_px": _ANY_PX} if whole else {}),
        key=key,
        height="content",
        on_sent_change=partial(sending.hear, key, "sent"),
    )
    return sending.sent(key)


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return sending.register("thaw_folder_drop", Path(__file__).parent)
