"""The live camera: what a run says of what it sees, several times a second, until somebody leaves."""

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import live_route, sending
from tlcore.runs import Run
from tlcore.words import tr

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
        | {"a_second": A_SECOND, "sent_px": SENT_PX, "kept_px": KEPT_PX, "words": _sentences()},
        key="live_camera",
        height="content",
        on_kept_change=partial(sending.hear, "live_camera", "kept"),
    )
    kept = sending.heard("live_camera", "kept")
    return kept if isinstance(kept, str) and kept.isalnum() else None


def _sentences() -> dict[str, str]:
    """The words in the browser, which fills the fields in."""
    return {
        "on": tr("Start the camera"),
        "other": tr("Other camera"),
        "end": tr("Stop the camera"),
        "keep": tr("Keep this picture"),
        "video": tr("What the camera sees"),
        "ranked": tr("The likeliest classes"),
        "lost": tr("The camera was taken away. Start it again."),
        "silent": tr("The server does not answer. It is asked again."),
        "one_at_a_time": tr("This model judges a picture at a time: keep one."),
        "unsure": tr("I don't know"),
        "none": tr("None of the classes"),
        "pace": tr("{pictures} pictures a second"),
    }


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return sending.register("thaw_live_camera", Path(__file__).parent)
