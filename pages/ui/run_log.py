"""What happened to a run, in plain words, newest first."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from pages.ui.messages import keep_view, literal
from tlcore import chronicle, words
from tlcore.runs import Event, Run
from tlcore.words import tr

MOST = 200


def show(run: Run, events: list[Event]) -> None:
    panel = st.expander(tr("What happened"), icon=":material/history:", key="run_log", on_change=keep_view)
    # Looked at again every second, so nothing is written that nobody reads.
    if panel.open:
        panel.markdown(_text(run.id, len(events), st.context.timezone or "UTC", words.language(), events))


@st.cache_data(max_entries=64, show_spinner=False)
def _text(run_id: str, count: int, timezone: str, language: str, _events: list[Event]) -> str:
    lines = chronicle.tell(_events)[::-1]
    shown = [f"- {_clock(line.at, timezone)}{literal(line.text)}" for line in lines[:MOST]]
    if len(lines) > MOST:
        shown.append(f"- {tr('… and {more:,} before.', more=len(lines) - MOST)}")
    return "\n".join(shown)


def _clock(at: str, timezone: str) -> str:
    """The time of day where the reader is."""
    try:
        return f"`{datetime.fromisoformat(at).astimezone(ZoneInfo(timezone)):%H:%M:%S}` "
    except (ValueError, KeyError):
        return ""
