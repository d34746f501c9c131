"""The training pictures that are nearest to a picture, by what the network sees in both."""

from pathlib import Path

import streamlit as st

from pages.ui import comparing, messages, state
from pages.ui.messages import literal
from pages.ui.pictures import gallery
from tlcore import atlas, datasets, runs, unlike
from tlcore.atlas import Near
from tlcore.runs import Run


def show(run: Run, path: Path) -> None:
    """``path``: a picture of the run's dataset or of ``pictures.keep``."""
    with messages.shown():
        space = state.workspace()
        near = atlas.of_known(space, run, path)
        if near is None and comparing.is_done(run, None, "Compare with the training pictures"):
            near = _near(str(space.home), run.id, atlas.key_of(space, run), str(path))
        if near is not None:
            _show(run, near)


def _show(run: Run, near: list[Near]) -> None:
    _tell_unlike(run, near)
    dataset = datasets.load(state.workspace(), run.dataset_id)
    rows = []
    for one in near:
        names = ", ".join(run.classes[label] for label in one.item.labels)
        rows.append(
            (
                dataset.path(one.item),
                f"{names} {one.distance:.2f}",
                f"{names}: {one.item.name}, {one.distance:.2f} away",
            )
        )
    gallery(rows)
    st.caption(
        "The training pictures that look most like it to the network, the nearest first, with class and "
        "distance: 0 for the same, 1 for nothing in common."
    )


# A picture that only a worker can look at would be looked at again at every click.
@st.cache_data(max_entries=500, show_spinner="Comparing …")
def _near(home: str, run_id: str, key: str, path: str) -> list[Near]:
    space = state.workspace()
    return atlas.of_picture(space, runs.load(space, run_id), Path(path))


def _tell_unlike(run: Run, near: list[Near]) -> None:
    verdict = unlike.of_near(state.workspace(), run, near)
    if not verdict.is_unlike:
        return
    st.warning(
        literal(
            f"Unlike the training pictures: {verdict.distance:.2f} away from them, where 95 % of this run's "
            f"own pictures are within {verdict.threshold:.2f}. What the model says of it is a guess."
        ),
        icon=":material/help:",
    )
