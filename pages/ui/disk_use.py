"""What takes how much of the disk, and the clean-up."""

import streamlit as st

from pages.ui import state
from pages.ui.messages import keep_view, told
from tlcore import disk
from tlcore.disk import CLEANED, Kind
from tlcore.numbers import bytes_words
from tlcore.words import mark, tr

TITLES = {
    Kind.DATASETS: (mark("Datasets"), mark("The pictures.")),
    Kind.FEATURES: (
        mark("Features"),
        mark("What frozen layers made of the pictures. They are computed again when needed."),
    ),
    Kind.RUNS: (mark("Runs"), mark("Recipes, histories and models.")),
    Kind.CHECKPOINTS: (
        mark("Checkpoints"),
        mark(
            "From which a training goes on. Cleaned away of runs that are done, which cannot be trained on "
            "for more epochs then. Pin a run to keep its own."
        ),
    ),
    Kind.GRAPHS: (
        mark("Converted networks"),
        mark("Frozen layers, converted for speed. Cleaned away where no run uses them."),
    ),
    Kind.THUMBNAILS: (
        mark("Thumbnails"),
        mark("Small pictures for the pages. They are made again when somebody looks."),
    ),
    Kind.WEIGHTS: (mark("Weights"), mark("Weight files that were put here by hand.")),
    Kind.BACKBONES: (mark("Own networks"), mark("Models that were brought as backbones.")),
    Kind.TRASH: (mark("Deleted runs"), mark("They can be had back until they are cleaned away.")),
    Kind.OTHER: (mark("Other"), mark("Recipes, pictures of the Predict page, the log of the engine.")),
}


def show() -> None:
    """An expander; how much it is, is found out when it is opened."""
    panel = st.expander(
        tr("Disk use and clean-up"), icon=":material/hard_drive:", key="disk_use", on_change=keep_view
    )
    if not panel.open:
        return
    with panel:
        days = st.number_input(
            tr("Spare what was of use in the last days"),
            min_value=0,
            max_value=365,
            value=disk.KEEP_DAYS,
            key="keep_days",
            width=320,
            on_change=keep_view,
            help=tr(
                "Never cleaned away: what is in use, and what belongs to a run that is under way, pinned "
                "or exported."
            ),
        )
        days = disk.KEEP_DAYS if days is None else days
        free = disk.by_kind(disk.removable(state.workspace(), days))
        _table(disk.usage(state.workspace()), free)
        offered = [kind for kind in CLEANED if kind in free]
        kinds = _choose(offered, free) if offered else []
        total = sum(free[kind] for kind in kinds)
        st.button(
            # Translators: the button that frees so much of the disk
            tr("Free {size}", size=bytes_words(total)) if total else tr("Nothing to clean up"),
            icon=":material/mop:",
            disabled=not kinds,
            on_click=_clean,
            args=([*kinds], days),
        )
        freed = state.notes().pop("freed", None)
        if freed is not None:
            st.success(tr("{size} freed.", size=bytes_words(freed)), icon=":material/check:")


def _choose(offered: list[Kind], free: dict[Kind, int]) -> list[Kind]:
    return st.pills(
        tr("Clean up"),
        offered,
        selection_mode="multi",
        default=offered,
        format_func=lambda kind: f"{tr(TITLES[kind][0])} ({bytes_words(free[kind])})",
        # What can be cleaned is chosen at first, whenever that becomes something else.
        key=f"clean_{'_'.join(offered)}",
    )


def _table(used: dict[Kind, int], free: dict[Kind, int]) -> None:
    rows = [
        {
            tr("Kind"): tr(title),
            tr("Size"): used[kind],
            tr("Can be freed"): free.get(kind),
            tr("What it is"): tr(what),
        }
        for kind, (title, what) in TITLES.items()
    ]
    size = st.column_config.NumberColumn(format="bytes")
    st.dataframe(
        rows,
        hide_index=True,
        column_config={tr("Size"): size, tr("Can be freed"): size},
        placeholder="–",
        alt=tr("Bytes on the disk of each kind, and how many of them can be freed"),
    )
    st.caption(tr("{size} in all.", size=bytes_words(sum(used.values()))))


@told
def _clean(kinds: list[Kind], days: float) -> None:
    gone = disk.clean(state.workspace(), kinds, days)
    state.notes()["freed"] = sum(one.size_bytes for one in gone)
