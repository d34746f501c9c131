"""Where a person drops a folder or an archive: the browser shrinks pictures and sends all in small pieces.

Streamlit's own uploader keeps every file in memory, and loses some of a folder of thousands without a word.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import state, upload_route
from tlcore import archives, uploads
from tlcore.uploads import Upload

__all__ = ["Sent", "folder_drop"]

LONGEST_PX = 512
"""Of a picture of a folder, as it is sent: what training needs. Those of an archive are sent as they are."""

_MAX_MISSING = 10_000
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Sent:
    """An upload that has ended, and the files that the browser could not send."""

    upload: Upload
    missing: tuple[str, ...]


def folder_drop(key: str) -> Sent | None:
    """Draws the place to drop at; what was sent comes once. Raises NotFound for an upload that is gone."""
    notes = state.notes()
    token = notes.setdefault("upload_token", upload_route.new_token())
    answer = _component()(
        data={
            "url": upload_route.path(),
            "token": token,
            "longest_px": LONGEST_PX,
            "piece_bytes": uploads.MAX_PIECE_BYTES // 2,
            "largest_file_bytes": archives.MAX_FILE_BYTES,
            "most_files": archives.MAX_FILES,
        },
        key=key,
        height="content",
        on_sent_change=lambda: None,
    )
    told = answer.sent
    return _sent(told) if isinstance(told, dict) else None


def _sent(told: dict[str, Any]) -> Sent:
    missing = told.get("missing")
    names = [name for name in missing if isinstance(name, str)] if isinstance(missing, list) else []
    upload = uploads.load(state.workspace(), str(told.get("id")))
    return Sent(upload, tuple(name[: archives.MAX_NAME_CHARACTERS] for name in names[:_MAX_MISSING]))


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    html, css, js = ((_FOLDER / f"folder_drop.{kind}").read_text("utf-8") for kind in ("html", "css", "js"))
    return st.components.v2.component("thaw_folder_drop", html=html, css=css, js=js)
