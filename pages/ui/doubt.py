"""What a model's answer is worth: whether the picture is like anything that the model was trained on."""

from pathlib import Path

import streamlit as st

from pages.ui import messages, nearest, state
from pages.ui.messages import literal
from tlcore import atlas
from tlcore.errors import NotFound, ThawError
from tlcore.runs import Run
from tlcore.words import tr


def tell_unlike(run: Run, path: Path) -> None:
    """Where the run's pictures were compared before; else that is said, and nothing computed.

    ``path``: a picture of ``pictures.keep``.
    """
    try:
        if atlas.atlas_of(state.workspace(), run) is None:
            st.caption(
                tr(
                    "Whether it is unlike anything it was trained on is not known yet: compare it with the "
                    "training pictures, below."
                )
            )
            return
    except NotFound:
        return  # A run outlives its pictures.
    try:
        near = nearest.near(run, path)
    except ThawError as error:
        unknown = tr("Whether it is like the training pictures is not known now.")
        st.caption(literal(f"{unknown} {error}"))
        return
    nearest.tell_unlike(run, near)


def show_nearest(run: Run, path: Path) -> None:
    """Folded up: where the pictures were not compared yet, that is offered inside."""
    panel = st.expander(
        tr("The training pictures that are nearest to it"),
        icon=":material/scatter_plot:",
        key="nearest_pictures",
        on_change=messages.keep_view,
    )
    if panel.open:
        with panel:
            nearest.show(run, path, judged=False)
