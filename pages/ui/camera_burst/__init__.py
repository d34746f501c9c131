"""The camera: pictures into classes, several a second while a button is held, then all of them sent at once.

They are taken, looked through and made as small as training needs in the browser.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import sending
from pages.ui.sending import Sent
from tlcore import datasets

__all__ = ["camera_burst"]

CALLED = "Camera pictures"


def camera_burst(key: str, *, classes: Sequence[str] = (), into: str = "") -> Sent | None:
    """Draws the camera, which is off until somebody starts it; what was sent comes once.

    ``classes``: those there are already, of the dataset ``into`` that the pictures are for. Raises NotFound
    for an upload that is gone.
    """
    _component()(
        data=sending.data(key, into=into)
        | {"classes": list(classes), "called": CALLED, "least": datasets.MIN_IMAGES_PER_CLASS},
        key=key,
        height="content",
        on_sent_change=partial(sending.hear, key, "sent"),
    )
    return sending.sent(key)


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return sending.register("thaw_camera_burst", Path(__file__).parent)
