"""How pictures become squares: the choice, shown on some of one's own, and when which is best."""

import io
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from PIL import Image, ImageOps

from pages.ui import controls
from pages.ui.messages import literal, shown
from tlcore import fitting, images
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Item
from tlcore.fitting import FITS
from tlcore.numbers import share_words
from tlcore.recipe_parts import Fit
from tlcore.words import mark, tr

# Three times three fit into a row. Twice as many pixels as are shown: screens have them.
SHOWN_PX = 72
PREVIEW_PX = 2 * SHOWN_PX
# Streamlit's small gap.
GAP_PX = 16
FRAME = "#b8c4d0"
# Translators: what is done to pictures that are not square.
LABELS: dict[Fit, str] = {"stretch": mark("Stretch"), "crop": mark("Crop"), "pad": mark("Pad")}
WHEN = mark(
    "Stretch is a safe choice: nothing is cut off. Crop where the thing is in the middle and its proportions "
    "matter. Pad where proportions matter and things reach to the edge; white goes on with drawings, scans "
    "and cut-outs, less so with photos."
)


def choose_fit(recipe: Recipe, dataset: Dataset | None) -> None:
    """The choice; with a dataset, what each does to its longest picture and two others."""
    controls.segments(
        recipe,
        tr("Pictures that are not square"),
        "backbone.fit",
        LABELS,
        help=tr(
            "The network takes squares. This is done before all else, and it is the same in "
            "training, in predictions and in what you export."
        ),
    )
    st.caption(tr(WHEN))
    if dataset is None:
        return
    sizes = [(item.width_px, item.height_px) for item in dataset.items]
    if all(width == height for width, height in sizes):
        st.caption(tr("All of your pictures are square, so the choice makes no difference."))
        return
    with shown():
        _previews(_examples(dataset.items), dataset)
    often = fitting.often_cut(sizes) if recipe.backbone.fit == "crop" else None
    if often is not None:
        st.warning(
            tr(
                "Cropped, {share} of your pictures lose more than a third of their area. What a picture "
                "shows must lie in its middle; else take Pad or Stretch.",
                share=literal(share_words(round(often, 2))),
            ),
            icon=":material/crop:",
        )


def _examples(items: Sequence[Item]) -> list[Item]:
    """The picture farthest from a square, one that is farther than most, and a usual one."""
    ordered = sorted(items, key=lambda item: -fitting.elongation(item.width_px, item.height_px))
    places = dict.fromkeys((0, len(ordered) // 4, len(ordered) // 2))
    return [ordered[place] for place in places]


def _previews(items: Sequence[Item], dataset: Dataset) -> None:
    with st.container(horizontal=True):
        for fit, label in LABELS.items():
            with st.container(width=len(items) * SHOWN_PX + (len(items) - 1) * GAP_PX, gap="xsmall"):
                st.caption(tr(label))
                with st.container(horizontal=True, gap="small", wrap=False):
                    for item in items:
                        st.image(
                            _preview(str(dataset.path(item)), fit),
                            alt=f"{item.name}, {tr(FITS[fit])}",
                            width=SHOWN_PX,
                        )


@st.cache_data(max_entries=600, show_spinner=False)
def _preview(path: str, fit: Fit) -> bytes:
    # Pictures are named by their content, so a path never shows another picture later.
    square = Image.fromarray(images.load_rgb(Path(path), PREVIEW_PX, fit))
    # On a white page white bars would not be seen.
    framed = ImageOps.expand(square, border=2, fill=FRAME)
    content = io.BytesIO()
    framed.save(content, "PNG")
    return content.getvalue()
