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
from tlcore.words import tr, trn

__all__ = ["camera_burst"]

_A_SECOND = 8
_OPEN = {"n": "{n}", "class_name": "{class_name}"}


def camera_burst(key: str, *, classes: Sequence[str] = (), into: str = "") -> Sent | None:
    """Draws the camera, which is off until somebody starts it; what was sent comes once.

    ``classes``: those there are already, of the dataset ``into`` that the pictures are for. Raises NotFound
    for an upload that is gone.
    """
    _component()(
        data=sending.data(key, into=into)
        | {"classes": list(classes), "least": datasets.MIN_IMAGES_PER_CLASS, "a_second": _A_SECOND}
        | {"words": _sentences(), "one": _counted(1), "many": _counted(2)},
        key=key,
        height="content",
        on_sent_change=partial(sending.hear, key, "sent"),
    )
    return sending.sent(key)


def _sentences() -> dict[str, str]:
    """What the component says, by the names it knows them by; it fills the fields in."""
    return {
        "on": tr("Start the camera"),
        "video": tr("What the camera sees"),
        "name": tr("Class of the next pictures"),
        "choose": tr("Choose one, or type a new one"),
        "hold": tr("Hold to take pictures"),
        "hint": tr(
            "About {a_second} pictures a second, with the mouse, a finger or the space bar; a short press "
            "takes one. Hold several times in each class, from other sides and before other backgrounds: "
            "pictures of one hold are nearly the same.",
            a_second=_A_SECOND,
        ),
        "other": tr("Other camera"),
        "end": tr("Stop the camera"),
        "called": tr("Name of the dataset"),
        "dataset": tr("Camera pictures"),
        "sending": tr("Sending the pictures …"),
        "lost": tr("The camera was taken away. What was taken is still here; start the camera again."),
        "nameless": tr("Type the name of a class first."),
        "full": tr("{n} pictures wait already, as many as a browser should keep. Take them in first."),
        "taken": tr("{n} in the class {class_name}."),
        "clear": tr("Delete all"),
        "clear_class": tr("Delete all pictures of {class_name}"),
        "delete": tr("Delete {file} of {class_name}"),
        "one_class": tr("A dataset has two classes or more. Take pictures of another one."),
        "few": tr("{class_name} needs {least} pictures at least. Take {more} more."),
    }


def _counted(n: int) -> dict[str, str]:
    """The sentences for one picture, or for several; the field for how many stays open."""
    return {
        "class": trn("{class_name}: {n} picture", "{class_name}: {n} pictures", n, **_OPEN),
        "back": trn(
            "Have the {n} picture back that were sent",
            "Have the {n} pictures back that were sent",
            n,
            **_OPEN,
        ),
        "add": trn("Add {n} picture", "Add {n} pictures", n, **_OPEN),
        "make": trn("Make a dataset of {n} picture", "Make a dataset of {n} pictures", n, **_OPEN),
    }


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return sending.register("thaw_camera_burst", Path(__file__).parent)
