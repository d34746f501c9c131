"""Where a person drops a folder or an archive: the browser shrinks pictures and sends all in small pieces.

Streamlit's own uploader keeps every file in memory, and loses some of a folder of thousands without a word.
"""

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import sending
from pages.ui.sending import Sent
from tlcore.words import tr

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
        | {"pictures": pictures, "words": _sentences(pictures)}
        | ({"longest_px": _ANY_PX} if whole else {}),
        key=key,
        height="content",
        on_sent_change=partial(sending.hear, key, "sent"),
    )
    return sending.sent(key)


def _sentences(pictures: bool) -> dict[str, Any]:
    """The words in the browser, which fills the fields in."""
    return {
        "drop": tr("Drop pictures, a folder or an archive here, or paste a picture (Ctrl+V)")
        if pictures
        else tr("Drop a folder, a zip, a tar or a tar.gz here"),
        "pictures": {"button": tr("Choose pictures"), "input": tr("Pictures")},
        "folder": {"button": tr("Choose a folder"), "input": tr("A folder of pictures")},
        "archive": {"button": tr("Choose an archive"), "input": tr("An archive of pictures")},
        "looking": tr("Looking through the files …"),
        "nothing": tr("There is no file in it."),
        "too_many": tr("There are {files} files; {limit} is the limit. Use fewer pictures."),
        # Translators: what several pictures are called that were chosen together.
        "called": tr("{files} files"),
        "sent": tr("{done} of {total} MB sent"),
        "lost": tr("The archive did not arrive whole. Send it again."),
    }


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return sending.register("thaw_folder_drop", Path(__file__).parent)
