"""Which part of a picture decided: the heat map of a class, laid over it."""

import io
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from pages.ui import concept, messages, session, state
from pages.ui.messages import literal, one_line, told
from pages.ui.numbers import percent
from tlcore import explain, images, runs
from tlcore.errors import RunError
from tlcore.explain import Explainer, HeatMap, Look
from tlcore.recipe_parts import Fit
from tlcore.runs import Run
from tlcore.words import mark, tr
from tlcore.workspace import Stamp, stamp

SHOWN_PX = 480
"""Of the longer side."""
STRENGTH = 60
"""Of the colours over the picture, in percent, until somebody chooses."""
# By the third of the height and the third of the width.
_ALTS = (
    (
        mark("Heat map of what speaks for {class_name}, strongest at the top left"),
        mark("Heat map of what speaks for {class_name}, strongest at the top centre"),
        mark("Heat map of what speaks for {class_name}, strongest at the top right"),
    ),
    (
        mark("Heat map of what speaks for {class_name}, strongest at the middle left"),
        mark("Heat map of what speaks for {class_name}, strongest at the middle centre"),
        mark("Heat map of what speaks for {class_name}, strongest at the middle right"),
    ),
    (
        mark("Heat map of what speaks for {class_name}, strongest at the bottom left"),
        mark("Heat map of what speaks for {class_name}, strongest at the bottom centre"),
        mark("Heat map of what speaks for {class_name}, strongest at the bottom right"),
    ),
)


def show(run: Run, path: Path, label: str, probabilities: Mapping[str, float] | None = None) -> None:
    """``path``: a picture of a dataset or of ``pictures.keep``; ``label``: the class that is shown first.

    ``probabilities``: as the page says them of each class; None: as the model does.
    """
    st.fragment(_draw)(run, path, label, probabilities)


def _draw(run: Run, path: Path, label: str, probabilities: Mapping[str, float] | None) -> None:
    # A fragment is called by Streamlit, not by the page and its guard.
    with messages.guarded():
        messages.show_refused()
        of = (str(state.workspace().home), run.id, stamp(run.folder / "graph.json"))
        try:
            look = _look(*of, str(path))
        except RunError as error:
            # The answer above it stands all the same.
            st.caption(f"{tr('There is no heat map.')} {literal(str(error))}")
            return
        chosen = _choose(run, path, look, label, probabilities or look.probabilities)
        _show_map(path, run, _heat_map(*of, str(path), chosen))
        concept.what_is("heat_map", place=path.stem)
        # Of the callbacks that led here none chose anything, so the next link is followed.
        session.current().ahead = False


def _choose(run: Run, path: Path, look: Look, label: str, said: Mapping[str, float]) -> str:
    """The class, the likeliest offered first; and how strong the colours are."""
    ranked = look.ranked
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen: str = st.selectbox(
            tr("What speaks for"),
            ranked,
            index=ranked.index(label),
            format_func=lambda name: f"{one_line(name)} ({percent(said[name])})",
            key=f"why_class_{run.id}_{path.stem}",
            on_change=messages.keep_view,
            width=280,
        )
        st.slider(
            tr("Strength of the colours"),
            0,
            100,
            format="%d%%",
            key=state.widget(strength := f"why_strength_{run.id}_{path.stem}", _strength()),
            on_change=_keep_strength,
            args=(strength,),
            width=180,
        )
    return chosen


def _show_map(path: Path, run: Run, found: HeatMap) -> None:
    name = literal(found.label)
    if found.is_empty:
        st.image(str(path), width=_width(path), alt=tr("The picture without colours"))
        st.caption(tr("No part of this picture speaks for {class_name}.", class_name=name))
        return
    rows, columns = found.cells.shape
    content = _laid_over(str(path), found, _strength(), run.recipe.backbone.fit)
    st.image(content, width=_width(path), alt=_alt(found))
    st.caption(
        tr(
            "Bright parts raised the score of {class_name} most, dark ones did nothing for it (Grad-CAM, "
            "{rows} × {columns} cells, each against the strongest). It shows where, not what: "
            "whether shape, colour or background decided is not told, nor what spoke against the "
            "class.",
            class_name=name,
            rows=rows,
            columns=columns,
        )
    )


def _width(path: Path) -> int:
    width, height = images.open_kept(path).size
    return round(SHOWN_PX * width / max(width, height))


def _alt(found: HeatMap) -> str:
    rows, columns = found.cells.shape
    row, column = divmod(int(found.cells.argmax()), columns)
    alt = _ALTS[_third(row, rows)][_third(column, columns)]
    return tr(alt, class_name=found.label)


def _third(place: int, of: int) -> int:
    return int((place + 0.5) / of * 3)


def _strength() -> int:
    return int(state.notes().get("why_strength", STRENGTH))


@told
def _keep_strength(key: str) -> None:
    # For every picture that is looked at from now on.
    state.notes()["why_strength"] = state.widget_value(key)


@st.cache_resource(max_entries=2, show_spinner=False)
def _explainer(home: str, run_id: str, version: Stamp | None) -> Explainer:
    # A run that was trained on has another graph.
    space = state.workspace()
    return Explainer(space, runs.load(space, run_id))


@st.cache_data(max_entries=24, show_spinner=False)
def _look(home: str, run_id: str, version: Stamp | None, path: str) -> Look:
    # Pictures are named by their content, so a path never shows another picture later.
    return _explainer(home, run_id, version).look(images.open_kept(Path(path)))


@st.cache_data(max_entries=500, show_spinner=False)
def _heat_map(home: str, run_id: str, version: Stamp | None, path: str, label: str) -> HeatMap:
    return _explainer(home, run_id, version).heat_map(_look(home, run_id, version, path), label)


def _laid_over(path: str, found: HeatMap, strength: int, fit: Fit) -> bytes:
    picture = images.open_kept(Path(path))
    picture.thumbnail((2 * SHOWN_PX, 2 * SHOWN_PX))
    content = io.BytesIO()
    explain.overlay(picture, found.shares, strength / 100, fit).save(content, "JPEG", quality=90)
    return content.getvalue()
