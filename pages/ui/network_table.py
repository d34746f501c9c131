"""All networks side by side; a click on a line chooses one."""

import streamlit as st

from pages.ui import networks, state
from pages.ui.messages import keep_view, told
from pages.ui.session import entered
from tlcore.config import Recipe
from tlcore.words import tr

KEY = "networks_table"


def compare_networks(recipe: Recipe) -> None:
    table = st.expander(
        tr("Compare all networks"),
        icon=":material/table_chart:",
        key="networks_compared",
        on_change=keep_view,
    )
    if not table.open:
        return
    known = networks.everything()
    names = [one.name for one in known]
    chosen = [i for i, name in enumerate(names) if name == recipe.backbone.name]
    # A key for each choice: the line that is marked is the network that is chosen, whoever chose it.
    key = f"{KEY}_{recipe.backbone.name}"
    with table:
        st.caption(tr("Click on the box before a line to take that network. Click on a title to sort."))
        st.dataframe(
            [_row(one) for one in known],
            hide_index=True,
            height=420,
            column_config=_columns(),
            key=key,
            on_select=_row_chosen,
            selection_mode="single-row-required" if chosen else "single-row",
            selection_default={"selection": {"rows": chosen}},
            alt=tr("All networks with size, speed, accuracy and licence"),
        )
        state.notes()[f"{KEY}_names"] = (key, names)


@told
def _row_chosen() -> None:
    key, names = state.notes()[f"{KEY}_names"]
    rows = entered(key)["selection"]["rows"]
    if rows and names[rows[0]] != state.recipe().backbone.name:
        networks.choose(names[rows[0]])


def _row(one: networks.Facts) -> dict[str, object]:
    return {
        "Network": one.title,
        "ImageNet": one.top1,
        "Parameters": one.params / 1e6,
        "Work": one.gflop,
        "Layers": one.layers,
        "Size": one.image_size_px,
        "Download": one.download_mb,
        "At hand": networks.at_hand(one.name),
        "Good for": tr(one.good_for),
        "Licence": one.licence,
    }


def _columns() -> dict[str, object]:
    number, text, check = (
        st.column_config.NumberColumn,
        st.column_config.TextColumn,
        st.column_config.CheckboxColumn,
    )
    return {
        "Network": text(tr("Network"), pinned=True),
        "ImageNet": number(format="%.1f%%", help=tr("How often its first answer is right on ImageNet.")),
        "Parameters": number(tr("Parameters"), format="%.1f M", help=tr("How many numbers it has learned.")),
        "Work": number(
            # Translators: the operations that a network needs for a picture.
            tr("Work"),
            format="%.2f GFLOP",
            help=tr("Billions of operations for one picture: half of it, twice as fast."),
        ),
        "Layers": number(tr("Layers"), help=tr("As the freeze slider counts them.")),
        "Size": number(
            # Translators: of pictures, in pixels.
            tr("Size"),
            format="%d px",
            help=tr("The side of the pictures it was trained on."),
        ),
        "Download": number(tr("Download"), format="%.0f MB", help=tr("What is fetched at first use.")),
        "At hand": check(tr("At hand"), help=tr("Whether its pretrained weights are here already.")),
        "Good for": text(tr("Good for"), width="large"),
        "Licence": text(tr("Licence"), help=tr("Of the pretrained weights.")),
    }
