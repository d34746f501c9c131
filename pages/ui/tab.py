"""What the browser's tab says of a run while another tab is in front: its title, and a notification."""

from typing import Any

import streamlit as st

from pages.ui import state
from tlcore import measures
from tlcore.datasets import Split
from tlcore.runs import Progress, Run, Status
from tlcore.words import mark, number, tr

_ENDS = {
    Status.STOPPED: mark("■ {name} stopped"),
    Status.FAILED: mark("✗ {name} failed"),
    Status.INTERRUPTED: mark("✗ {name} interrupted"),
}
NAME_LENGTH = 40


def tell(run: Run, progress: Progress) -> None:
    """While a run is under way, and at its end if that was waited for here."""
    notes = state.notes()
    if not progress.status.final:
        notes["awaited"] = run.id
    elif notes.get("awaited") != run.id:
        return
    words = title(run, progress)
    st.set_page_config(page_title=f"{words} · Thaw")
    _notify(run, words, under_way=not progress.status.final)


def title(run: Run, progress: Progress) -> str:
    """What a run comes to in a few words."""
    status = progress.status
    name = " ".join(run.name.split())[:NAME_LENGTH]
    if status is Status.QUEUED:
        return tr("Queued")
    if not status.final:
        return number(progress.share, ".0%")
    if status in _ENDS:
        return tr(_ENDS[status], name=name)
    share = measures.shares(run, progress).get(Split.VAL)
    return f"✓ {name}" if share is None else f"✓ {name}: {number(share, '.0%')}"


def _notify(run: Run, words: str, *, under_way: bool) -> None:
    # The words come at the end alone: as long as nothing changes, nothing is sent to the component.
    data: dict[str, Any] = {"run": run.id, "under_way": under_way, "words": "" if under_way else words}
    data |= {"ask": tr("Notify me when it is done"), "promise": tr("A notification comes when it is done.")}
    _component()(data=data, key="notification", height="content")


_HTML = """
<button type="button" hidden></button>
<span role="status"></span>
"""

# Streamlit's own colours and sizes; in a shadow root, so that nothing else is touched.
_CSS = """
button {
  background: transparent; border: none; padding: 0; cursor: pointer;
  color: var(--st-link-color); font: inherit; font-size: 0.875rem; text-decoration: underline;
}
span { color: var(--st-text-color); font-size: 0.875rem; opacity: 0.7; }
"""

_JS = """
// Of the module: it outlives the element, which the page may draw anew when the run ends.
const awaited = new Set()

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button")
  const said = parentElement.querySelector("span")
  // Browsers offer notifications to this computer and to https alone.
  const usable = "Notification" in window && window.isSecureContext

  button.textContent = data.ask
  const draw = () => {
    const asked = usable ? Notification.permission : ""
    button.hidden = !data.under_way || asked !== "default"
    said.textContent = data.under_way && asked === "granted" ? data.promise : ""
  }
  button.onclick = () => Notification.requestPermission().then(draw)

  if (data.under_way) {
    awaited.add(data.run)
  } else if (awaited.delete(data.run) && usable && Notification.permission === "granted") {
    try {
      // The tag: two tabs on one run notify once.
      new Notification("Thaw", { body: data.words, tag: data.run })
    } catch {
      // Phones want a service worker for it; there the title alone tells.
    }
  }
  draw()
}
"""


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return st.components.v2.component("thaw_notification", html=_HTML, css=_CSS, js=_JS)
