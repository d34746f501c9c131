"""What every component shares that sends pictures: its share in the browser, and what the page hears of it.

A component's own html, css and js come first; those of this folder follow, in the same shadow root and
module.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import session, state, upload_route
from pages.ui.messages import told
from tlcore import archives, uploads, words
from tlcore.uploads import Upload
from tlcore.words import tr

__all__ = ["LONGEST_PX", "Sent", "data", "hear", "heard", "register", "sent"]

LONGEST_PX = 512
"""Of a picture that the browser makes smaller or takes: what training needs."""

_MAX_MISSING = 10_000
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Sent:
    """An upload that has ended."""

    upload: Upload
    missing: tuple[str, ...]
    """Files that the browser could not send."""
    into: str
    """Id of the dataset that they were sent for, or ''."""
    to: str
    """The class of it that was chosen as the sending began, or ''."""


def register(name: str, folder: Path) -> Any:
    """The component ``<folder>/<folder's name>.html``, ``.css`` and ``.js``; to be kept by the caller."""
    parts = {
        kind: "\n".join(
            file.read_text("utf-8")
            for file in (folder / f"{folder.name}.{kind}", *sorted(_FOLDER.glob(f"*.{kind}")))
        )
        for kind in ("html", "css", "js")
    }
    return st.components.v2.component(name, **parts)


def data(key: str, *, into: str = "", to: str = "") -> dict[str, Any]:
    """What the shared code in the browser needs to know. By key and dataset it remembers what was begun."""
    token = state.notes().setdefault("upload_token", upload_route.new_token())
    return {
        "key": f"{key} {into}",
        "url": upload_route.path(),
        "token": token,
        "longest_px": LONGEST_PX,
        "piece_bytes": uploads.MAX_PIECE_BYTES // 2,
        "largest_file_bytes": archives.MAX_FILE_BYTES,
        "most_files": archives.MAX_FILES,
        "target": {"into": into, "to": to},
        "language": words.language(),
        "sending": _sentences(),
    }


def _sentences() -> dict[str, str]:
    """What the shared code says in the browser, which fills the fields in."""
    return {
        "again": tr("Go on"),
        "stop": tr("Stop"),
        "so_far": tr("Sent so far"),
        "files": tr("{done} of {total} files · {megabytes} MB sent"),
        "refused": tr("The server refused the upload."),
        "silent": tr("The server does not answer."),
        "kept": tr("What was sent is kept."),
        "camera_not_allowed": tr(
            "A browser gives its camera only to pages that are opened as https:// or as http://localhost. "
            "Open this page so, or take the pictures with another program and drop them here."
        ),
        "camera_refused": tr(
            "The browser may not use the camera. Allow it beside the address of this page, then start it "
            "again."
        ),
        "camera_missing": tr("No camera was found. Connect one, then start it again."),
        "camera_busy": tr(
            "The camera does not answer; another program may be using it. End that, then start it again."
        ),
        "camera_fault": tr(
            "The camera could not be started ({fault}). Try another browser, or drop pictures here."
        ),
    }


@told
def hear(key: str, event: str) -> None:
    """The callback of a component that tells something once: it is kept until the page asks for it.

    Streamlit begins the next run of a page beside one that is just ending, and the end of that one takes back
    what was told for the next, before it came to the component (1.67, ``SessionState.on_script_finished``).
    """
    state.notes()[_note(key, event)] = session.entered(key).get(event)


def heard(key: str, event: str) -> object:
    """What the component of this key has told since it was asked last, or None."""
    return state.notes().pop(_note(key, event), None)


def _note(key: str, event: str) -> str:
    return f"heard {key} {event}"


def sent(key: str) -> Sent | None:
    """What the component of this key has sent. Raises NotFound for an upload that is gone."""
    answer = heard(key, "sent")
    if not isinstance(answer, dict):
        return None
    missing = answer.get("missing")
    names = [name for name in missing if isinstance(name, str)] if isinstance(missing, list) else []
    target = answer.get("target")
    target = target if isinstance(target, dict) else {}
    upload = uploads.load(state.workspace(), str(answer.get("id")))
    short = tuple(name[: archives.MAX_NAME_CHARACTERS] for name in names[:_MAX_MISSING])
    return Sent(upload, short, str(target.get("into") or ""), str(target.get("to") or ""))
