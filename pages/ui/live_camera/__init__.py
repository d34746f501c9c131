"""The live camera: what a run says of what it sees, several times a second, until somebody leaves."""

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import live_route, sending
from tlcore.runs import Run

__all__ = ["live_camera"]

A_SECOND = 8
"""At most; fewer where the server takes longer."""
SENT_PX = 384
KEPT_PX = 1024


def live_camera(run: Run, *, live: bool) -> str | None:
    """Draws the camera, which is off until somebody starts it; the id of a picture that was kept comes once.

    ``live``: whether the run says something of each frame, or only of pictures that are kept.
    """
    _component()(
        data=sending.data("live_camera")
        | {"ask": f"{live_route.path()}{run.id}", "live": live, "run": run.id}
        | {"a_second": A_SECOND, "sent_px": SENT_PX, "kept_px": KEPT_PX},
        key="live_camera",
        height="content",
        on_kept_change=partial(sending.hear, "live_camera", "kept"),
    )
    kept = sending.heard("live_camera", "kept")
    return kept if isinstance(kept, str) and kept.isalnum() else None


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return sending.register("thaw_live_camera", Path(__file__).parent)
