"""What a model's answer is worth: whether the picture is like anything that the model was trained on."""

from pathlib import Path

import streamlit as st

from pages.ui import messages, nearest, state
from pages.ui.messages import literal
from tlcore import atlas, runs, unlike
from tlcore.errors import NotFound, ThawError
from tlcore.runs import Run
from tlcore.unlike import Verdict


def tell_unlike(run: Run, path: Path) -> None:
    """Where the run's pictures were compared before; else nothing is said, and nothing computed.

    ``path``: a picture of ``pictures.keep``.
    """
    space = state.workspace()
    try:
        if atlas.atlas_of(space, run) is None:
            return
        verdict = _verdict(str(space.home), run.id, atlas.key_of(space, run), str(path))
    except NotFound:
        return  # A run outlives its pictures.
    except ThawError as error:
        st.caption(literal(f"Whether it is like the training pictures is not known now. {error}"))
        return
    if verdict.is_unlike:
        st.warning(
            literal(
                f"Unlike anything it was trained on: {verdict.distance:.2f} away, where 95 % of the run's "
                f"own pictures are within {verdict.threshold:.2f}. The answer is a guess."
            ),
            icon=":material/help:",
        )


# A picture that only a worker can look at would be looked at again at every click.
@st.cache_data(max_entries=500, show_spinner="Comparing with the training pictures …")
def _verdict(home: str, run_id: str, key: str, path: str) -> Verdict:
    space = state.workspace()
    run = runs.load(space, run_id)
    return unlike.of_near(space, run, atlas.of_picture(space, run, Path(path)))


def show_nearest(run: Run, path: Path) -> None:
    """Folded up: where the pictures were not compared yet, that is offered inside."""
    panel = st.expander(
        "The training pictures that are nearest to it",
        icon=":material/scatter_plot:",
        key="nearest_pictures",
        on_change=messages.keep_view,
    )
    if panel.open:
        with panel:
            nearest.show(run, path)
