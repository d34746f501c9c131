"""The training pictures that are nearest to a picture, by what the network sees in both."""

from pathlib import Path

import streamlit as st

from pages.ui import comparing, messages, state
from pages.ui.messages import literal
from pages.ui.pictures import gallery
from tlcore import atlas, datasets, runs, unlike, words
from tlcore.atlas import Near
from tlcore.runs import Run
from tlcore.words import tr


def show(run: Run, path: Path, *, judged: bool = True) -> None:
    """``path``: a picture of the run's dataset or of ``pictures.keep``.

    ``judged``: whether it is told that the picture is unlike all of them; not where the page tells it above.
    """
    with messages.shown():
        space = state.workspace()
        found = atlas.of_known(space, run, path)
        if found is None and comparing.is_done(run, None, tr("Compare with the training pictures")):
            found = near(run, path)
        if found is None:
            return
        if judged:
            tell_unlike(run, found)
        _show(run, found)


def near(run: Run, path: Path) -> list[Near]:
    """Of any picture, kept. Raises NotFound where the features are gone, RunError and such."""
    space = state.workspace()
    with st.spinner(tr("Comparing …")):
        return _near(str(space.home), run.id, atlas.key_of(space, run), str(path))


def _show(run: Run, near: list[Near]) -> None:
    dataset = datasets.load(state.workspace(), run.dataset_id)
    rows = []
    for one in near:
        names = ", ".join(run.classes[label] for label in one.item.labels)
        rows.append(
            (
                dataset.path(one.item),
                f"{names} {words.number(one.distance, '.2f')}",
                tr(
                    # Translators: the distance of one picture from another, for those who do not see them.
                    "{classes}: {file}, {distance:.2f} away",
                    classes=names,
                    file=one.item.name,
                    distance=one.distance,
                ),
            )
        )
    gallery(rows)
    st.caption(
        tr(
            "The training pictures that look most like it to the network, the nearest first, with "
            "class and distance: 0 for the same, 1 for nothing in common."
        )
    )


# A picture that only a worker can look at would be looked at again at every click.
@st.cache_data(max_entries=500, show_spinner=False)
def _near(home: str, run_id: str, key: str, path: str) -> list[Near]:
    space = state.workspace()
    return atlas.of_picture(space, runs.load(space, run_id), Path(path))


def tell_unlike(run: Run, near: list[Near]) -> None:
    verdict = unlike.of_near(state.workspace(), run, near)
    if not verdict.is_unlike:
        return
    st.warning(
        literal(
            tr(
                "Unlike anything it was trained on: {distance:.2f} away, where 95% of the run's own "
                "pictures are within {threshold:.2f}. What the model says of it is a guess.",
                distance=verdict.distance,
                threshold=verdict.threshold,
            )
        ),
        icon=":material/help:",
    )
